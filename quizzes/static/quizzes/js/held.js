// Texts that the server does not take, such as those that are too long: kept on the device as they were typed until they are
// changed, over a reload, another page and the end of the attempt.

import { understood } from "./queue.js";

export class Held {
  /** @param {string} key "quizsite:held:<attempt>:<learner>" */
  constructor(key) {
    this.key = key;
    this.texts = new Map(); // slot → {field: [text]}
    this.unkept = new Set(); // slots that only this page holds
    this.revisions = new Map(); // slot → the revision that the text was typed upon
    try {
      for (const name of Object.keys(localStorage)) if (name.startsWith(`${key}:`)) this.load(name);
    } catch {
      // storage is switched off
    }
  }

  load(name) {
    const found = understood(localStorage.getItem(name));
    if (!found) return;
    const slot = Number(name.split(":").pop());
    this.texts.set(slot, found.answer);
    this.revisions.set(slot, found.revision);
  }

  has(slot) {
    return this.texts.has(slot);
  }

  get slots() {
    return [...this.texts.keys()].sort((one, other) => one - other);
  }

  keep(slot, texts, revision) {
    this.texts.set(slot, texts);
    try {
      localStorage.setItem(`${this.key}:${slot}`, JSON.stringify({ answer: texts, revision }));
      this.unkept.delete(slot);
    } catch {
      this.unkept.add(slot);
    }
  }

  drop(slot) {
    if (!this.texts.delete(slot)) return;
    this.unkept.delete(slot);
    try {
      localStorage.removeItem(`${this.key}:${slot}`);
    } catch {
      // nothing was kept
    }
  }
}

/**
 * The questions to name before going on: those whose text is not taken and was not told yet, else those that were saved
 * just now and cannot be read. Null where there is nothing to tell.
 */
export function toTellFirst({ held, toldOf, refusals, unread, unreadBefore }) {
  const notTaken = held.filter((slot) => !toldOf.has(slot) && !refusals.has(slot));
  const slots = notTaken.length ? notTaken : unread.filter((slot) => !unreadBefore.includes(slot));
  return slots.length ? { slots, notTaken } : null;
}
