// What is told: the line of each answer, the banner and the notice above the questions, the numbers beside them, and what a
// screen reader hears.

import { say } from "../words.js";
import { state } from "./state.js";

const NOTICE_MS = 30_000;
const [banner, notice, announcer] = ["[data-banner]", "[data-notice]", "[data-announce]"].map((one) => state.root.querySelector(one));
const timer = { ofNotice: 0 };

/** The state of one answer: "saved", "saving", "waiting", "unread", "refused" or "conflict", in words. */
export function setState(slot, kind, text) {
  const line = state.cards.get(slot)?.querySelector("[data-state]");
  if (!line) return;
  line.className = `state ${kind}`;
  line.textContent = text;
}

export function announce(text) {
  announcer.textContent = "";
  setTimeout(() => (announcer.textContent = text), 50);
}

/** One notice at a time: what is told for a moment goes before the banner, until there is something new to show in it. */
export function show(text, kind, ...more) {
  if (banner.hidden || banner.className !== `banner banner-${kind}`) hideNotice();
  banner.className = `banner banner-${kind}`;
  banner.replaceChildren(text, ...more);
  banner.hidden = false;
}

export function announceBanner() {
  announce(banner.textContent);
}

export function hideBanner() {
  banner.hidden = true;
}

/** Tell for a moment. */
export function tell(text) {
  notice.textContent = text;
  notice.hidden = false;
  announce(text);
  clearTimeout(timer.ofNotice);
  timer.ofNotice = setTimeout(hideNotice, NOTICE_MS);
}

export function hideNotice() {
  notice.hidden = true;
}

export function make(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

export function button(text, act) {
  const node = make("button", { type: "button", className: "btn btn-outline-primary btn-sm" }, text);
  node.addEventListener("click", act);
  return node;
}

/** Say what keeps answers from the server, until it is over. */
export function showTrouble() {
  if (state.isClosed) return;
  const { trouble, waiting } = state.queue;
  const count = waiting === 0 ? "none" : waiting === 1 ? "one" : "many";
  if (trouble === "logged_out" || trouble === "stranger") {
    const href = `${state.root.dataset.login}?next=${encodeURIComponent(state.root.dataset.home)}`;
    show(say(trouble), trouble, " ", make("a", { href, target: "_blank" }, say("log_in")));
  } else if (trouble) {
    show(say(`${state.clock.isOver ? "over" : trouble}_${count}`, { n: waiting }), trouble);
  } else if (state.told) {
    hideBanner();
  }
  if (trouble) for (const slot of state.queue.entries.keys()) setState(slot, "waiting", say("waiting"));
  if (trouble && trouble !== state.told) announceBanner();
  if (trouble || !waiting) {
    if (state.told && !trouble) announce(say("all_saved"));
    state.told = trouble;
  }
}

// The numbers of the questions: which are answered, which flagged, which is here -------------------------------------------

function showCounts() {
  const dots = [...document.querySelectorAll("[data-dot]")];
  const [a, f] = ["done", "flag"].map((name) => dots.filter((dot) => dot.classList.contains(name)).length);
  const counts = document.querySelector("[data-counts]");
  if (counts) counts.textContent = say("counts", { a, f, t: dots.length - a });
  const bar = document.querySelector("[data-progress]");
  if (bar && dots.length) bar.value = a;
}

/** Mark a question as "done", "flag" or "unsaved", or take the mark away. */
export function mark(slot, name, isOn) {
  const dot = document.querySelector(`[data-dot="${slot}"]`);
  if (!dot) return;
  dot.classList.toggle(name, isOn);
  dot.title = dot.classList.contains("unsaved") ? say("dot_unsaved") : "";
  const words = ["done", "flag", "unsaved"].filter((one) => dot.classList.contains(one)).map((one) => say(`dot_${one}`));
  const named = dot.querySelector("[aria-label]");
  if (named) named.ariaLabel = [say("question", { n: slot }), ...words].join(", ");
  showCounts();
}

/** Mark the questions whose answer the server has not acknowledged, also those of other pages. */
export function markUnsaved() {
  for (const dot of document.querySelectorAll("[data-dot]")) {
    const [slot, isMarked] = [Number(dot.dataset.dot), dot.classList.contains("unsaved")];
    if (state.queue.has(slot) !== isMarked) mark(slot, "unsaved", !isMarked);
  }
}

/** Say which question is shown. */
export function markHere(slot) {
  for (const dot of document.querySelectorAll("[data-dot]")) {
    const isHere = Number(dot.dataset.dot) === slot;
    dot.classList.toggle("here", isHere);
    if (isHere) dot.querySelector("button")?.setAttribute("aria-current", "step");
    else dot.querySelector("button")?.removeAttribute("aria-current");
  }
}
