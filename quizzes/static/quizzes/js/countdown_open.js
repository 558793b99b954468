// What is not open yet: count down to the opening and look again when it comes. The server says in how many seconds, and
// decides; the clock of the device is not asked. Without this script the text next to it stays, which names the time.
//
// <p data-opens-in="90">Opens Mon 2 Mar, 09:00</p>

import { say } from "./words.js";

const LONGEST_MS = 2_147_483_647; // the most a timer takes
const DAY_SECONDS = 86_400; // further away a date says more than a count
const SAID_AT = [600, 300, 60, 10, 0]; // seconds at which a screen reader is told

const loadedAt = performance.now();
const notices = [...document.querySelectorAll("[data-opens-in]")]
  .map((element) => ({ element, seconds: Number(element.dataset.opensIn) }))
  .filter((notice) => Number.isFinite(notice.seconds));
let timer = 0;
let heard = Infinity; // seconds at the last look, for what is to be said since then
let isLeaving = false;

function secondsLeft(notice) {
  return notice.seconds - (performance.now() - loadedAt) / 1000;
}

/** "1:02:03" or "2:03": figures that need no translation. */
function figures(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function show(notice, seconds) {
  const text = seconds < DAY_SECONDS ? say("opens_in", { time: figures(seconds) }) : "";
  if (!text && !notice.count) return;
  if (!notice.count) {
    notice.count = document.createElement("span");
    notice.count.className = "count num";
    notice.count.setAttribute("aria-hidden", "true"); // a number a second is not to be read out
    notice.element.append(" ", notice.count);
  }
  notice.count.textContent = text;
}

function announce(seconds) {
  const mark = SAID_AT.findLast((at) => seconds <= at && heard > at && heard !== Infinity);
  heard = seconds;
  if (mark === undefined) return;
  if (mark === 0) live.textContent = say("opens_now");
  else if (mark === 10) live.textContent = say("opens_soon_seconds");
  else live.textContent = mark === 60 ? say("opens_soon_minute") : say("opens_soon_minutes", { n: mark / 60 });
}

function look() {
  clearTimeout(timer);
  if (isLeaving) return;
  let next = Infinity;
  for (const notice of notices) {
    const left = secondsLeft(notice);
    show(notice, Math.max(0, Math.ceil(left)));
    next = Math.min(next, left);
  }
  announce(Math.max(0, Math.ceil(next)));
  if (next <= 0) {
    isLeaving = true;
    location.reload();
    return;
  }
  const pause = next > DAY_SECONDS ? (next - DAY_SECONDS) * 1000 : 1000 - ((performance.now() - loadedAt) % 1000);
  timer = setTimeout(look, Math.min(pause + 1, LONGEST_MS));
}

const live = document.createElement("p");
live.className = "visually-hidden";
live.setAttribute("aria-live", "polite");

if (notices.length) {
  document.body.append(live);
  look();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) look(); // timers sleep with the device
  });
}
