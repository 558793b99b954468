// What the page shows when the attempt is closed, and when an instructor opened it again.

import { say } from "../words.js";
import { announceBanner, hideBanner, hideNotice, make, setState, show, tell } from "./banner.js";
import { putWhatIsPaused, sendable } from "./saving.js";
import { state } from "./state.js";

export function lock(isLocked) {
  for (const field of state.open) field.disabled = isLocked;
}

function hideTimer(isHidden) {
  const face = document.querySelector("[data-clock]");
  if (face) face.closest(".timer").hidden = isHidden;
}

export function showClosed(message, result = state.root.dataset.result) {
  if (!state.isClosed) putWhatIsPaused(); // too late, but then it is said so
  state.isClosed = true;
  lock(true);
  hideNotice();
  hideTimer(true);
  const parts = [" ", make("a", { href: result, className: "btn btn-primary btn-sm" }, say("see_result"))];
  const late = [...state.lost.keys()].sort((one, other) => one - other);
  const held = state.held.slots;
  if (late.length) parts.push(make("p", {}, say("not_counted")), listed(late));
  if (held.length) parts.push(make("p", {}, say("not_taken_counted")), listed(held));
  show(message || say("closed"), "closed", ...parts);
  announceBanner();
}

function listed(slots) {
  const items = slots.map((slot) => {
    const stem = state.cards.get(slot)?.querySelector(".stem")?.textContent ?? "";
    return make("li", {}, say("question", { n: slot }) + (stem && `: ${stem}`));
  });
  return make("ul", {}, ...items);
}

/** An instructor opened the attempt again: it goes on here, and what came too late is in time now. */
export function openAgain() {
  state.isClosed = false;
  state.told = "";
  hideBanner();
  lock(false);
  hideTimer(false);
  for (const [slot, answer] of state.lost) {
    setState(slot, "saving", say("saving"));
    state.queue.drop(slot); // from the shelf
    state.queue.put(slot, state.cards.has(slot) ? sendable(slot) : answer);
  }
  state.lost.clear();
  tell(say("open_again"));
}
