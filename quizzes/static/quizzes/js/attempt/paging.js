// Leaving a page: only when what was answered on it is acknowledged, and what cannot be read was told once. A page may be
// turned before, where its answer is safe all the same.

import { toTellFirst } from "../held.js";
import { say } from "../words.js";
import { announce, showTrouble, tell } from "./banner.js";
import { openConflict } from "./conflict.js";
import { putWhatIsPaused } from "./saving.js";
import { askState } from "./standing.js";
import { state } from "./state.js";
import { isDoubleClick, turnTo } from "./turning.js";

const FLUSH_MS = 4_000;
const STOPPED_MS = 8_000;

/** A form is to be submitted: once its answers are acknowledged it is, or the page is turned in place, if need be before. */
export async function leave(event) {
  if (state.going === "ready") {
    state.going = "gone";
    setTimeout(() => (state.going = ""), STOPPED_MS); // somebody stopped the loading of the next page
    return;
  }
  event.preventDefault();
  if (state.going || isDoubleClick()) return; // a second click
  state.going = "saving";
  const { target, submitter } = event;
  const unread = unreadSlots();
  putWhatIsPaused();
  if (mayTurnAtOnce() && (await isTurnedTo(submitter))) {
    state.going = "";
    return;
  }
  const isSaved = await flushed();
  const isStaying = submitter?.dataset.stay !== undefined || !isSaved || isToldFirst(target, unread);
  const isTurned = !isStaying && (await isTurnedTo(submitter));
  state.going = isStaying || isTurned ? "" : "ready";
  if (isTurned) return;
  if (!isSaved && !state.isClosed && !openConflict()) tell(say(target === state.form ? "page_waits" : "not_submitted"));
  if (!isStaying) setTimeout(() => target.requestSubmit(submitter), 0); // not while it is still being asked to
  else if (isSaved) announce(say("all_saved"));
}

/** Turn in place, unless an answer of this page is to be posted, so that the server can say why it does not take it. */
function isTurnedTo(submitter) {
  const slot = Number(submitter?.dataset.turn ?? 0);
  const isPosted = [...state.cards.keys()].some((one) => state.refusals.has(one));
  return slot > 0 && !isPosted && turnTo(slot);
}

/**
 * Whether a page may be turned before its answer is acknowledged. The answer is kept on this device and on its way; the
 * server will have no more to say about it than that it is saved; and those of all pages before are acknowledged, so that
 * nobody gets further ahead than by one page.
 */
function mayTurnAtOnce() {
  const slots = [...state.cards.keys()];
  const isWaitedFor = (slot) => state.held.has(slot) || (state.queue.has(slot) && state.remarks.get(slot).areExpected);
  return navigator.onLine && !openConflict() && state.queue.isOnItsWay(slots) && !slots.some(isWaitedFor);
}

async function flushed() {
  putWhatIsPaused();
  const isSaved = await state.queue.flush(FLUSH_MS);
  const choice = openConflict();
  const isOnline = navigator.onLine || (await askState().then(() => true, () => false)); // some systems say offline and are not
  if (choice) {
    tell(say("choose_first"));
    choice.focus();
    choice.closest(".conflict").scrollIntoView({ block: "center" });
  } else if (isSaved && !isOnline) state.queue.fail("offline");
  else showTrouble();
  return isSaved && !choice && isOnline;
}

const unreadSlots = () => [...state.cards.keys()].filter((slot) => state.remarks.get(slot).isUnread);

/** Stay where a text is not taken, or what was saved just now cannot be read; at a second press go on. */
function isToldFirst(target, unreadBefore) {
  const found = toTellFirst({
    held: state.held.slots.filter((slot) => target !== state.form || state.cards.has(slot)),
    toldOf: state.toldOf,
    refusals: state.refusals,
    unread: unreadSlots(),
    unreadBefore,
  });
  if (!found) return false;
  for (const slot of found.notTaken) state.toldOf.add(slot);
  const names = found.slots.map((slot) => say("question", { n: slot })).join(", ");
  tell(say(found.notTaken.length ? "not_taken_first" : "unread_first", { names }));
  state.cards.get(found.slots[0])?.querySelector("[aria-invalid]")?.focus();
  return true;
}

/** What is acknowledged need not be posted again. */
export function leaveOutSaved({ target, formData }) {
  if (target !== state.form) return;
  for (const name of [...formData.keys()]) {
    const slot = /^q(\d+)-/.exec(name);
    if (slot && !state.refusals.has(Number(slot[1]))) formData.delete(name);
  }
}
