// The numbers of the questions beside the page: which are answered, which flagged, which is here.

import { say } from "../words.js";

function showCounts() {
  const dots = [...document.querySelectorAll("[data-dot]")];
  const [a, f] = ["done", "flag"].map((name) => dots.filter((dot) => dot.classList.contains(name)).length);
  const counts = document.querySelector("[data-counts]");
  if (counts) counts.textContent = say("counts", { a, f, t: dots.length - a });
  const bar = document.querySelector("[data-progress]");
  if (bar && dots.length) bar.value = a;
}

/** Mark a question as "done" or "flag", or take the mark away. */
export function mark(slot, name, isOn) {
  const dot = document.querySelector(`[data-dot="${slot}"]`);
  if (!dot) return;
  dot.classList.toggle(name, isOn);
  const words = ["done", "flag"].filter((one) => dot.classList.contains(one)).map((one) => say(`dot_${one}`));
  const named = dot.querySelector("[aria-label]");
  if (named) named.ariaLabel = [say("question", { n: slot }), ...words].join(", ");
  showCounts();
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
