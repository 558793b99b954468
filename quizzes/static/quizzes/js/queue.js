// Answers on their way to the server.
//
// An answer is kept in localStorage from the moment it changes until the server has acknowledged that very content, so it
// survives a reload, a crash and a dead connection. One request per question is under way at a time and the newest answer
// wins. Each request names the revision it builds on; the server refuses one that another device has overtaken.

import { same } from "./fields.js";

const TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;
const LONGEST_WAIT_MS = 60_000; // however long a server asks us to wait
const TRIED_KEPT = 5;

function isAnswer(found) {
  const areTexts = (values) => Array.isArray(values) && values.every((value) => typeof value === "string");
  return found !== null && typeof found === "object" && Object.values(found).every(areTexts);
}

/** An entry of the storage; null for what another tab has just removed, or what no page of ours wrote. */
export function understood(text) {
  try {
    const { answer = null, revision, tried = [] } = JSON.parse(text);
    return isAnswer(answer) ? { answer, revision: Number(revision) || 0, tried: tried.filter(isAnswer) } : null;
  } catch {
    return null;
  }
}

export class Queue {
  /**
   * @param {{key: string, url: string, token: () => string, refresh: () => Promise<object>}} options
   * @param {{saved, refused, conflict, closed, isStored, changed}} listeners
   */
  constructor(options, listeners) {
    this.options = options;
    this.listeners = listeners;
    // slot → {answer, tried, flying, stopped, renewed}; `tried`: contents sent whose fate is unknown, because no reply
    // came; `stopped`: another device went on, and the person has to choose.
    this.entries = new Map();
    this.revisions = new Map(); // slot → last revision known to be stored
    this.failures = 0;
    this.trouble = ""; // "", "offline", "retry", "logged_out" or "stranger"
    this.timer = 0;
    this.notBefore = 0; // until when the server asked us to wait, by performance.now()
    this.unkept = new Set(); // slots whose waiting answer only this page holds
  }

  /** Entries that an earlier page or another tab left behind: {slot: {answer, revision, tried}}. */
  stored() {
    const kept = {};
    try {
      for (const name of Object.keys(localStorage)) {
        const entry = name.startsWith(`${this.options.key}:`) ? understood(localStorage.getItem(name)) : null;
        if (entry) kept[name.split(":").pop()] = entry;
      }
    } catch {
      // storage is switched off or not ours
    }
    return kept;
  }

  keep(slot) {
    const { answer, tried } = this.entries.get(slot);
    const revision = this.revisions.get(slot) ?? 0;
    try {
      localStorage.setItem(`${this.options.key}:${slot}`, JSON.stringify({ answer, revision, tried }));
      this.unkept.delete(slot);
    } catch {
      this.unkept.add(slot); // a full or forbidden storage: the page still holds the answer and goes on sending it
    }
  }

  /** Forget what is kept for a slot, unless another tab has put something else there since. */
  forget(slot, answer) {
    const name = `${this.options.key}:${slot}`;
    try {
      const kept = JSON.parse(localStorage.getItem(name));
      if (kept && same(kept.answer, answer)) localStorage.removeItem(name);
    } catch {
      // nothing kept
    }
  }

  know(slot, revision) {
    this.revisions.set(slot, Math.max(revision, this.revisions.get(slot) ?? 0));
  }

  put(slot, answer, tried = []) {
    const entry = this.entries.get(slot) ?? { tried, flying: 0, stopped: false, renewed: false };
    entry.answer = answer;
    this.entries.set(slot, entry);
    this.keep(slot);
    this.listeners.changed();
    if (!this.trouble) this.send(slot); // in trouble the next try is due at its time, not at every keystroke
  }

  /** The person chose their own answer over the one of the other device. */
  insist(slot, answer, revision) {
    this.know(slot, revision);
    this.entries.get(slot).stopped = false;
    this.put(slot, answer);
  }

  /** Keep an answer that came too late: it is not sent, but stays on the device should the attempt be opened again. */
  shelve(slot, answer) {
    this.entries.set(slot, { answer, tried: [], flying: 0, stopped: true, renewed: false });
    this.keep(slot);
  }

  drop(slot) {
    const entry = this.entries.get(slot);
    this.entries.delete(slot);
    this.unkept.delete(slot);
    if (entry) this.forget(slot, entry.answer);
    this.listeners.changed();
  }

  get waiting() {
    return this.entries.size;
  }

  has(slot) {
    return this.entries.has(slot);
  }

  /** Whether all that waits is an answer of these slots, is kept on this device, and is on its way to a server that answers. */
  isOnItsWay(slots) {
    const isOne = ([slot, { flying, stopped }]) => slots.includes(slot) && flying > 0 && !stopped;
    return !this.trouble && !this.unkept.size && [...this.entries].every(isOne);
  }

  /** Send the newest answer of a slot. A page that is left cannot wait for the reply of the request before. */
  async send(slot, { keepalive = false } = {}) {
    const entry = this.entries.get(slot);
    if (!entry || entry.stopped || (entry.flying && !keepalive)) return;
    const sent = entry.answer;
    entry.flying += 1;
    entry.tried = [sent, ...entry.tried.filter((one) => !same(one, sent))].slice(0, TRIED_KEPT);
    this.keep(slot);
    let reply = null;
    try {
      reply = await this.request(slot, sent, (this.revisions.get(slot) ?? 0) + entry.flying, keepalive);
    } catch {
      // no reply: whether it was saved is not known
    }
    entry.flying -= 1;
    if (this.entries.get(slot) !== entry) return;
    if (reply) await this.settle(slot, entry, sent, reply);
    else this.fail(navigator.onLine ? "retry" : "offline");
  }

  async request(slot, answer, revision, keepalive) {
    const response = await fetch(this.options.url, {
      method: "POST",
      keepalive,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.options.token() },
      body: JSON.stringify({ slot, revision, answer }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // Anything but JSON comes from something in between: a proxy, the log-in page of a network. What is too large for it
    // will be too large again.
    const isJson = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
    return {
      status: isJson || response.status === 413 ? response.status : 503,
      body: isJson ? await response.json() : {},
      retryAfter: Number(response.headers.get("Retry-After")) || 0,
    };
  }

  settle(slot, entry, sent, { status, body, retryAfter }) {
    if (status === 200 && body.slot === slot) return this.acknowledged(slot, entry, sent, body);
    if (status === 401) return this.fail("logged_out");
    if (status === 403 && body.error === "csrf") return this.renewToken(slot, entry);
    if (status === 404) return this.fail("stranger");
    if (status === 409 && body.error === "stale") return this.overtaken(slot, entry, sent, body);
    if (status < 400 || status >= 500 || status === 429 || status === 408) return this.fail("retry", retryAfter);
    this.drop(slot);
    this.recovered();
    return status === 409 ? this.listeners.closed(slot, sent, body) : this.listeners.refused(slot, body, entry.answer);
  }

  acknowledged(slot, entry, sent, body) {
    this.know(slot, body.revision);
    entry.tried = [];
    entry.renewed = false;
    const isSettled = same(entry.answer, sent);
    if (isSettled) this.drop(slot);
    else this.keep(slot);
    this.recovered();
    this.listeners.saved(slot, sent, body, isSettled);
    this.send(slot);
  }

  overtaken(slot, entry, sent, body) {
    // What is stored may be our own earlier request whose reply was lost: then there is no conflict at all.
    const own = [sent, ...entry.tried].find((one) => this.listeners.isStored(slot, one, body));
    if (own) return this.acknowledged(slot, entry, own, body);
    entry.stopped = true;
    this.recovered();
    return this.listeners.conflict(slot, entry.answer, body);
  }

  async renewToken(slot, entry) {
    if (entry.renewed) return this.fail("retry");
    entry.renewed = true;
    try {
      await this.options.refresh();
    } catch {
      return this.trouble || this.fail("retry");
    }
    return this.send(slot);
  }

  fail(kind, retryAfter = 0) {
    this.trouble = kind;
    if (!this.timer) {
      this.failures += 1;
      const backoff = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(6, this.failures - 1));
      const asked = Math.min(LONGEST_WAIT_MS, retryAfter * 1000);
      this.notBefore = performance.now() + asked;
      this.retryIn(Math.max(asked, backoff * 0.75) + (backoff * Math.random()) / 2);
    }
    this.listeners.changed();
  }

  retryIn(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = 0;
      for (const entry of this.entries.values()) entry.renewed = false;
      this.sendAll();
    }, milliseconds);
  }

  /** The server answers again: what waits goes out now. */
  recovered() {
    if (!this.trouble) return;
    this.trouble = "";
    this.failures = 0;
    this.retryIn(0);
    this.listeners.changed();
  }

  /** The server answered something else: if saving failed, try again now, unless it asked us to wait. */
  nudge() {
    if (this.trouble !== "retry") this.recovered();
    else if (performance.now() >= this.notBefore) this.retryIn(0);
  }

  sendAll(options) {
    for (const slot of [...this.entries.keys()]) this.send(slot, options);
  }

  /** Resolves to true when all is acknowledged that can be, to false when the time or the connection ends before. */
  async flush(milliseconds) {
    const pending = () => [...this.entries.values()].filter((entry) => !entry.stopped);
    const until = performance.now() + milliseconds;
    this.sendAll();
    while (pending().length && performance.now() < until) {
      if (this.trouble && !pending().some((entry) => entry.flying)) return false;
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    return !pending().length;
  }
}
