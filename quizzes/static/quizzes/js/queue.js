// Answers on their way to the server.
//
// An answer is kept in localStorage from the moment it changes until the server has acknowledged that very content, so it
// survives a reload, a crash and a dead connection. One request per question is under way at a time and the newest answer
// wins. Each request names the revision it builds on; the server refuses one that another device has overtaken.

import { same } from "./fields.js";

const TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;

export class Queue {
  /**
   * @param {{key: string, url: string, token: () => string, refresh: () => Promise<object>}} options
   * @param {{saved, refused, conflict, closed, loggedOut, changed}} listeners
   */
  constructor(options, listeners) {
    this.options = options;
    this.listeners = listeners;
    this.entries = new Map(); // slot → {answer, sent, flying, stopped}
    this.revisions = new Map(); // slot → last revision known to be stored
    this.failures = 0;
    this.trouble = ""; // "", "offline", "retry" or "logged_out"
    this.timer = 0;
  }

  /** Entries an earlier page left behind: {slot: {answer, revision}}. */
  stored() {
    try {
      return JSON.parse(localStorage.getItem(this.options.key) ?? "{}");
    } catch {
      return {};
    }
  }

  keep() {
    const kept = {};
    for (const [slot, entry] of this.entries) {
      kept[slot] = { answer: entry.answer, revision: this.revisions.get(slot) ?? 0 };
    }
    try {
      if (this.entries.size) localStorage.setItem(this.options.key, JSON.stringify(kept));
      else localStorage.removeItem(this.options.key);
    } catch {
      // A full or forbidden storage: the page still holds the answers and goes on sending them.
    }
  }

  know(slot, revision) {
    this.revisions.set(slot, Math.max(revision, this.revisions.get(slot) ?? 0));
  }

  put(slot, answer) {
    const entry = this.entries.get(slot) ?? { sent: null, flying: false };
    this.entries.set(slot, { ...entry, answer, stopped: false });
    this.keep();
    this.listeners.changed();
    this.send(slot);
  }

  drop(slot) {
    this.entries.delete(slot);
    this.keep();
    this.listeners.changed();
  }

  get waiting() {
    return this.entries.size;
  }

  has(slot) {
    return this.entries.has(slot);
  }

  async send(slot, { keepalive = false } = {}) {
    const entry = this.entries.get(slot);
    if (!entry || entry.flying || entry.stopped) return;
    entry.flying = true;
    const sent = entry.answer;
    const revision = (this.revisions.get(slot) ?? 0) + 1;
    try {
      const { status, body, retryAfter } = await this.request(slot, sent, revision, keepalive);
      entry.flying = false;
      await this.settle(slot, sent, { status, body, retryAfter });
    } catch {
      entry.flying = false;
      this.fail(navigator.onLine ? "retry" : "offline");
    }
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
    const isJson = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
    return {
      status: response.status,
      body: isJson ? await response.json() : {},
      retryAfter: Number(response.headers.get("Retry-After")) || 0,
    };
  }

  async settle(slot, sent, { status, body, retryAfter }) {
    if (status === 200) return this.acknowledged(slot, sent, body);
    if (status === 401) return this.fail("logged_out");
    if (status === 403 && body.error === "csrf") return this.renewToken(slot);
    if (status === 409 && body.error === "stale") return this.overtaken(slot, sent, body);
    if (status === 409 || status === 404) return this.closed(slot, sent, body);
    if (status >= 500 || status === 429 || status === 408) return this.fail("retry", retryAfter);
    this.drop(slot);
    this.recovered();
    return this.listeners.refused(slot, sent, body);
  }

  acknowledged(slot, sent, body) {
    this.know(slot, body.revision);
    const entry = this.entries.get(slot);
    this.recovered();
    if (entry && same(entry.answer, sent)) this.drop(slot);
    else {
      this.keep();
      this.send(slot);
    }
    this.listeners.saved(slot, body, !this.entries.has(slot));
  }

  overtaken(slot, sent, body) {
    // What is stored may be our own earlier request whose reply was lost: then there is no conflict at all.
    this.recovered();
    if (this.listeners.isStored(slot, sent, body)) return this.acknowledged(slot, sent, body);
    const entry = this.entries.get(slot);
    if (entry) entry.stopped = true;
    return this.listeners.conflict(slot, entry?.answer ?? sent, body);
  }

  closed(slot, sent, body) {
    this.drop(slot);
    return this.listeners.closed(slot, sent, body);
  }

  async renewToken(slot) {
    const entry = this.entries.get(slot);
    if (entry?.renewed) return this.fail("retry");
    if (entry) entry.renewed = true;
    try {
      await this.options.refresh();
    } catch {
      return this.fail("retry");
    }
    return this.send(slot);
  }

  fail(kind, retryAfter = 0) {
    this.trouble = kind;
    this.failures += 1;
    const backoff = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(6, this.failures - 1));
    const pause = Math.max(retryAfter * 1000, backoff) * (0.75 + Math.random() / 2);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.sendAll(), pause);
    this.listeners.changed();
  }

  recovered() {
    const hadTrouble = this.trouble !== "";
    this.trouble = "";
    this.failures = 0;
    if (hadTrouble) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.sendAll(), 0);
      this.listeners.changed();
    }
  }

  sendAll(options) {
    for (const slot of [...this.entries.keys()]) this.send(slot, options);
  }

  /** Resolves to true when everything is acknowledged within the time, to false otherwise. */
  async flush(milliseconds) {
    const until = performance.now() + milliseconds;
    this.sendAll();
    while (this.entries.size && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return this.entries.size === 0;
  }
}
