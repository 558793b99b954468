// The countdown: seconds left as the server said, counted with a clock that nobody can set.

const WARN_AT = [300, 60];
const LAST_MINUTE = 60;

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
    this.end = null;
    this.isOver = false;
    this.warned = new Set();
    this.lastTick = performance.now();
    this.lastWall = Date.now();
    setInterval(() => this.tick(), 250);
  }

  get secondsLeft() {
    return this.end === null ? null : (this.end - performance.now()) / 1000;
  }

  /** Take over what the server says; returns by how many seconds the deadline moved. */
  sync(seconds) {
    if (seconds === null || seconds === undefined) {
      this.end = null;
      return 0;
    }
    const before = this.secondsLeft;
    this.end = performance.now() + seconds * 1000;
    if (seconds > 0) this.isOver = false;
    if (before !== null && seconds > before + 20) {
      this.warned = new Set(WARN_AT.filter((limit) => seconds <= limit));
    }
    this.tick();
    return before === null ? 0 : seconds - before;
  }

  tick() {
    const now = performance.now();
    const wall = Date.now();
    if (now - this.lastTick > 5_000 || wall - this.lastWall - (now - this.lastTick) > 5_000) this.listeners.gap();
    this.lastTick = now;
    this.lastWall = wall;
    if (this.end === null) return;
    const left = this.secondsLeft;
    this.listeners.show(timeWords(left), left <= LAST_MINUTE);
    for (const limit of WARN_AT) {
      if (left <= limit && left > limit - 20 && !this.warned.has(limit)) {
        this.warned.add(limit);
        this.listeners.warn(limit);
      }
    }
    if (left <= 0 && !this.isOver) {
      this.isOver = true;
      this.listeners.over();
    }
  }
}
