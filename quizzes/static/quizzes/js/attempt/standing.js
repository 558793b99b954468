// Where the attempt stands: asked of the server, open or closed, opened again, and the end of its time.

import { isEmpty } from "../fields.js";
import { say } from "../words.js";
import { announceBanner, hideBanner, hideNotice, make, setState, show, showTrouble, tell } from "./banner.js";
import { sync } from "./clock_face.js";
import { isStored, putWhatIsPaused, refused, sendable } from "./saving.js";
import { state } from "./state.js";

const TIMEOUT_MS = 10_000;
const FLUSH_MS = 4_000;
const GRACE_MS = 1_500;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The state of the attempt, out of one request for everybody who asks meanwhile; fails where there is no answer. */
export function askState() {
  state.asking ??= fetchState().finally(() => (state.asking = null));
  return state.asking;
}

async function fetchState() {
  const response = await fetch(state.root.dataset.state, {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    signal: AbortSignal.timeout(TIMEOUT_MS), // everybody who asks waits for this one
  });
  if (response.status === 401) state.queue.fail("logged_out");
  if (response.status === 404) state.queue.fail("stranger");
  if (!response.ok) throw new Error(String(response.status));
  const said = await response.json();
  state.csrf = said.csrf;
  putToken();
  if (said.is_open) {
    const isNew = state.isClosed;
    if (isNew) openAgain();
    sync(said.seconds_left, isNew);
  } else if (!state.isClosed) showClosed(said.message, said.result);
  state.queue.nudge();
  return said;
}

/** Let the forms post the token of now. */
export function putToken() {
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = state.csrf;
}

/** Also when it is closed: it may have been opened again. */
export function look() {
  askState().catch(() => {});
}

/** Whether another page went on with an answer of this one meanwhile, which this one has not changed. */
export function isBehind({ revisions }) {
  const queue = state.queue;
  const isOvertaken = (slot) => revisions[slot] > queue.revisions.get(slot) && !queue.has(slot) && !state.pauses.has(slot);
  return [...state.cards.keys()].some(isOvertaken);
}

/** The browser shows this page again as it was left: another page may have gone on with its answers meanwhile. */
export function comeBack(said) {
  if (!said.is_open) return location.replace(said.result);
  return isBehind(said) && location.reload();
}

// Closed, and opened again ------------------------------------------------------------------------------------------------

function lock(isLocked) {
  for (const field of state.open) field.disabled = isLocked;
}

function hideTimer(isHidden) {
  const face = document.querySelector("[data-clock]");
  if (face) face.closest(".timer").hidden = isHidden;
}

function showClosed(message, result = state.root.dataset.result) {
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
function openAgain() {
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

// The end ----------------------------------------------------------------------------------------------------------------

/** An answer came after the end: of the attempt, or of this question in practice. */
export async function closed(slot, sent, body) {
  const answer = state.cards.has(slot) ? sendable(slot) : sent;
  const isLost = !isEmpty(answer) && !isStored(slot, answer, body);
  if (isLost) state.queue.shelve(slot, answer); // the result names it, and it is sent if the attempt is opened again
  const said = await askState().catch(() => null);
  if (said?.is_open) {
    state.queue.drop(slot);
    return refused(slot, body);
  }
  if (isLost) state.lost.set(slot, answer);
  setState(slot, "refused", say("refused"));
  return showClosed(said?.message || body.message, body.result);
}

export async function timeIsOver() {
  tell(say("time_over"));
  putWhatIsPaused();
  lock(true);
  showTrouble(); // nobody can go on answering now
  while (!state.isClosed) {
    await state.queue.flush(FLUSH_MS);
    const said = await askState().catch(() => null); // the server knows whether time is over
    if (said?.is_open && said.seconds_left !== 0) return lock(false);
    if (!state.isClosed) await pause(GRACE_MS); // the grace for answers under way, or a connection that is away
  }
  await state.queue.flush(FLUSH_MS);
  if (!state.queue.waiting && !state.lost.size && !state.held.slots.length) location.replace(state.root.dataset.result);
  return null;
}
