// The time left, as it is shown: it can be hidden until the last minute, and what the server says of it is told when it moves.

import { timeWords } from "../clock.js";
import { say } from "../words.js";
import { tell } from "./banner.js";
import { preference, state } from "./state.js";

const MOVED_SECONDS = 20; // a deadline that moves by less was only counted a little wrong
const face = document.querySelector("[data-clock]");
const hide = document.querySelector("[data-hide-clock]");
const isHidden = () => hide.dataset.isHidden === "true";

export function showTime(text, isLastMinute) {
  if (!face) return;
  const shown = isHidden() && !isLastMinute ? "" : text;
  if (face.textContent !== shown) face.textContent = shown;
  face.closest(".timer").classList.toggle("soon", isLastMinute);
  hide.hidden = isLastMinute; // nobody may hide it then
}

function hideClock(isOff) {
  hide.dataset.isHidden = String(isOff);
  hide.textContent = say(isOff ? "show_clock" : "hide_clock");
  state.clock.tick();
}

export function warn(limit) {
  if (!state.isClosed) tell(say(limit === 60 ? "one_minute" : "five_minutes"));
}

/** Take over the seconds left that the server said; a deadline that moved is told, unless something else was just now. */
export function sync(seconds, isTold = false) {
  const moved = state.clock.sync(seconds);
  if (isTold) return;
  if (moved > MOVED_SECONDS) tell(seconds === null ? say("no_limit") : say("more_time", { time: timeWords(seconds) }));
  else if (moved < -MOVED_SECONDS) tell(say("less_time"));
}

/** Seconds since the server made this page: part of the time left is gone before a script runs. */
function secondsSinceSent() {
  const sent = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
  return sent ? Math.min(30, Math.max(0, (performance.now() - sent) / 1000)) : 0;
}

export function startClock() {
  if (!face) return;
  hide.hidden = false;
  hide.addEventListener("click", () => hideClock(preference("clock", isHidden() ? "shown" : "hidden") === "hidden"));
  state.clock.sync(Math.max(0, Number(state.root.dataset.secondsLeft) - secondsSinceSent()));
  hideClock(preference("clock") === "hidden");
}
