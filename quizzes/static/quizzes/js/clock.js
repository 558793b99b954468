// The countdown: seconds left as the server said, counted with a clock that nobody can set.

const WARN_AT = [300, 60];
const MOVED = 20; // seconds: a deadline that moves by more is another one, with marks of its own
const LAST_MINUTE = 60;
const SLEPT_MS = 5_000;

export function timeWords(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => (place ? String(part).padStart(2, "0") : String(part))).join(":");
}

export class Clock {
  /** @param {{show, warn, over, gap}} listeners `gap` is told when the page seems to have slept. */
  constructor(listeners) {
    this.listeners = listeners;
    this.end = null; // null: no deadline
    this.isOver = false;
    this.warned = new Set();
    this.before = 0; // seconds left at the last tick: a mark is told when it is crossed, not when a page opens below it
    this.lastTick = performance.now();
    this.lastWall = Date.now();
    setInterval(() => this.tick(), 250);
  }

  get secondsLeft() {
    return this.end === null ? null : (this.end - performance.now()) / 1000;
  }

  /** Take over what the server says; returns by how many seconds the deadline moved. */
  sync(seconds) {
    const before = this.secondsLeft;
    this.end = seconds === null ? null : performance.now() + seconds * 1000;
    const moved = (seconds ?? Infinity) - (before ?? Infinity) || 0; // Infinity − Infinity: untimed as before
    if (seconds !== 0) this.isOver = false;
    if (Math.abs(moved) > MOVED) {
      this.warned.clear();
      this.before = seconds ?? 0;
    }
    this.tick();
    return moved;
  }

  tick() {
    this.notice();
    const left = this.secondsLeft;
    if (left === null) return this.listeners.show("", false);
    this.listeners.show(timeWords(left), left <= LAST_MINUTE);
    for (const limit of WARN_AT) {
      if (left <= limit && this.before > limit && !this.warned.has(limit)) {
        this.warned.add(limit);
        this.listeners.warn(limit);
      }
    }
    this.before = left;
    if (left <= 0 && !this.isOver) {
      this.isOver = true;
      this.listeners.over();
    }
  }

  /** A device that sleeps stops ticking, and on some systems its monotonic clock as well. */
  notice() {
    const now = performance.now();
    const wall = Date.now();
    const ticked = now - this.lastTick;
    if (ticked > SLEPT_MS || wall - this.lastWall - ticked > SLEPT_MS) this.listeners.gap();
    this.lastTick = now;
    this.lastWall = wall;
  }
}
