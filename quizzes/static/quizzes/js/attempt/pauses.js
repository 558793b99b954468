// Waits for a pause in what is typed or chosen, for each question by itself.

const LONGEST_MS = 5_000; // of somebody who types without a pause

export class Pauses {
  /** @param {(slot: number) => void} over called when somebody paused */
  constructor(over) {
    this.over = over;
    this.timers = new Map();
    this.since = new Map(); // slot → when the first change was made that is not kept yet
  }

  /** Something changed; a pause of this many milliseconds is the end of it. */
  changed(slot, milliseconds) {
    clearTimeout(this.timers.get(slot));
    if (!this.since.has(slot)) this.since.set(slot, performance.now());
    const left = this.since.get(slot) + LONGEST_MS - performance.now();
    this.timers.set(slot, setTimeout(() => this.over(slot), Math.min(milliseconds, left)));
  }

  end(slot) {
    clearTimeout(this.timers.get(slot));
    this.timers.delete(slot);
    this.since.delete(slot);
  }

  has(slot) {
    return this.timers.has(slot);
  }

  get slots() {
    return [...this.timers.keys()];
  }
}
