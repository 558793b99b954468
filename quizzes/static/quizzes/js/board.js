// A part of a page that follows what happens: <section data-live="address"> with [data-live-body], while the page is looked at.
//
// Asked with If-None-Match, so that nothing new costs almost nothing. Hidden tabs do not ask; errors make it ask less often,
// each browser at a moment of its own. What a whole class watches ([data-live-shared]) is made for each reader, so while
// results come thick and fast it is asked for less often. Without this script the page has a link to load it again.

import { timeWords } from "./clock.js";

const EVERY_MS = 1_800; // with the second that an answer may be old, and the way, a part is three seconds behind at most
const AFTER_NEWS_MS = 5_000; // of a part that a whole class watches: six seconds behind while results come in
const LONGEST_MS = 20_000;
const PATIENCE_MS = 10_000;
const SHOWN_MS = 2_000; // how long a changed row stands out

class Live {
  constructor(section) {
    this.address = section.dataset.live;
    this.version = section.dataset.version ?? "";
    this.body = section.querySelector("[data-live-body]");
    this.parts = (name) => section.querySelector(`[data-live-${name}]`);
    this.isShared = "liveShared" in section.dataset;
    this.hasNews = false;
    this.failures = 0;
    this.hasEnded = false;
    this.timer = 0;
    this.asking = null;
  }

  start() {
    const lookOrStop = () => (document.hidden ? this.stop() : this.ask());
    document.addEventListener("visibilitychange", lookOrStop);
    window.addEventListener("pageshow", (event) => event.persisted && lookOrStop());
    window.addEventListener("pagehide", () => this.stop());
    window.addEventListener("online", lookOrStop);
    this.tell("on");
    this.startClocks();
    setInterval(() => this.tick(), 1_000);
    if (!document.hidden) this.wait(this.version ? EVERY_MS : 0);
  }

  stop() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
  }

  wait(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), ms);
  }

  /** Between asking and asking: regular while it works, longer and at random while it does not. */
  pause(retryAfter) {
    const usual = this.hasNews && this.isShared ? AFTER_NEWS_MS : EVERY_MS;
    if (!this.failures) return usual * (0.95 + Math.random() / 20);
    const longest = Math.min(LONGEST_MS, EVERY_MS * 2 ** this.failures);
    return Math.max(retryAfter * 1000, longest * (0.5 + Math.random() / 2));
  }

  async ask() {
    if (this.hasEnded) return;
    this.stop();
    const began = performance.now();
    const asking = new AbortController();
    this.asking = asking;
    const patience = setTimeout(() => asking.abort("patience"), PATIENCE_MS);
    let retryAfter = 0;
    try {
      retryAfter = await this.fetch(asking.signal);
    } catch {
      if (asking.signal.aborted && asking.signal.reason !== "patience") return; // stopped on purpose
      this.failures += 1;
    } finally {
      clearTimeout(patience);
    }
    if (this.asking !== asking) return;
    this.asking = null;
    if (this.hasEnded) return this.tell("ended");
    this.tell(this.failures > 1 ? "away" : "on");
    if (!document.hidden) this.wait(Math.max(0, this.pause(retryAfter) - (performance.now() - began)));
  }

  /** Returns after how many seconds the server wants to be asked again, 0 if it does not say. */
  async fetch(signal) {
    const headers = { "X-Requested-With": "fetch", ...(this.version && { "If-None-Match": this.version }) };
    const response = await fetch(this.address, { headers, signal, cache: "no-store", redirect: "manual" });
    this.hasNews = response.status === 200;
    if (this.hasNews) {
      const html = await response.text();
      this.version = response.headers.get("ETag") ?? "";
      this.show(html);
    }
    // Sent away to log in, no longer a member, gone: asking again would not help.
    this.hasEnded = response.type === "opaqueredirect" || [401, 403, 404, 410].includes(response.status);
    const works = response.status === 200 || response.status === 304;
    this.failures = works ? 0 : this.failures + 1;
    return Number(response.headers.get("Retry-After")) || 0;
  }

  show(html) {
    const came = new DOMParser().parseFromString(html, "text/html").body;
    const before = this.facts(this.body);
    const focused = this.body.contains(document.activeElement) ? document.activeElement : null;
    const key = focused?.id || focused?.getAttribute("href");
    const values = this.values();
    const open = [...this.body.querySelectorAll("details[id][open]")].map((part) => part.id);
    this.body.replaceChildren(...came.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    this.startClocks();
    if (key) this.find(key)?.focus({ preventScroll: true });
    this.mark(values);
    this.announce(before);
  }

  /** Seconds left, as the server said when it wrote this part. */
  startClocks() {
    const now = performance.now();
    this.clocks = [...this.body.querySelectorAll("[data-seconds-left]")].map((node) => ({
      node,
      end: now + Number(node.dataset.secondsLeft) * 1000,
    }));
    this.tick();
  }

  tick() {
    for (const { node, end } of this.clocks) node.textContent = timeWords((end - performance.now()) / 1000);
  }

  find(key) {
    return [...this.body.querySelectorAll("a, button, summary")].find(
      (part) => part.id === key || part.getAttribute("href") === key,
    );
  }

  /** What is worth a word when it changes: the reader's own rank and who leads. */
  facts(body) {
    const data = body.querySelector("[data-mine]")?.dataset;
    return data ? `${data.mine} ${data.leader}` : null;
  }

  announce(before) {
    const now = this.facts(this.body);
    if (now === null || now === before) return;
    this.parts("say").textContent = this.body.querySelector("[data-summary]")?.textContent.replace(/\s+/g, " ").trim() ?? "";
  }

  values() {
    return new Map([...this.body.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row.dataset.value]));
  }

  mark(before) {
    if (!before.size) return;
    for (const row of this.body.querySelectorAll("[data-row]")) {
      if (before.get(row.dataset.row) === row.dataset.value) continue;
      row.classList.add("changed");
      setTimeout(() => row.classList.remove("changed"), SHOWN_MS);
    }
  }

  tell(state) {
    for (const name of ["on", "away", "ended"]) this.parts(name)?.toggleAttribute("hidden", name !== state);
    this.parts("refresh")?.toggleAttribute("hidden", state === "on");
  }
}

for (const section of document.querySelectorAll("[data-live]")) {
  if (section.dataset.live) new Live(section).start();
}
