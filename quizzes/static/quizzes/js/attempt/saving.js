// Answers from the fields into the queue, and what came back of them to the page.

import { alike, isEmpty, read, readHtml, readInitial, same, write } from "../fields.js";
import { say } from "../words.js";
import { announce, mark, setState, tell } from "./banner.js";
import { state } from "./state.js";

const TYPING_PAUSE_MS = 700;
const CHOOSING_PAUSE_MS = 150;
const IS_TEXT = "textarea, input:not([type=radio]):not([type=checkbox])";

function changed(slot, milliseconds) {
  if (state.isClosed || !state.cards.has(slot)) return;
  setState(slot, "saving", say("saving"));
  state.pauses.changed(slot, milliseconds);
}

/** Give the answer of a card to the queue, unless the server has that one. */
export function put(slot) {
  state.pauses.end(slot);
  const answer = sendable(slot);
  state.remarks.get(slot).show();
  hold(slot);
  if (!state.queue.has(slot) && state.settled.has(slot) && same(answer, state.settled.get(slot))) showSaved(slot);
  else state.queue.put(slot, answer);
}

export function putWhatIsPaused() {
  for (const slot of state.pauses.slots) put(slot);
}

/** The answer, with what is stored in place of a text that is too long: a part of it would mean something else. */
export function sendable(slot) {
  const answer = read(state.cards.get(slot), slot);
  const stored = state.settled.get(slot) ?? {};
  for (const name of Object.keys(state.remarks.get(slot).tooLong(state.longest))) answer[name] = stored[name] ?? [];
  return answer;
}

/** Keep on this device what cannot be sent, and say so. */
function hold(slot) {
  const texts = state.remarks.get(slot).tooLong(state.longest);
  if (!Object.keys(texts).length) return state.held.drop(slot);
  if (!state.held.has(slot)) announce(state.remarks.get(slot).news());
  return state.held.keep(slot, texts, state.queue.revisions.get(slot) ?? 0);
}

function showSaved(slot) {
  if (state.pauses.has(slot)) return; // more was typed since, and that is not saved yet
  const line = state.cards.get(slot)?.querySelector("[data-state]");
  if (!line) return;
  if (state.held.has(slot)) setState(slot, "refused", say("not_taken"));
  else if (line.dataset.saved && state.remarks.get(slot).isUnread) setState(slot, "unread", say("unread"));
  else setState(slot, line.dataset.saved ? "saved" : "", line.dataset.saved ?? "");
}

export function isSavedAs(slot, answer, { revision, saved: at, remarks = [] }) {
  const card = state.cards.get(slot);
  state.settled.set(slot, answer);
  state.refusals.delete(slot);
  mark(slot, "done", !isEmpty(answer));
  if (!card) return;
  card.querySelector(`[name="q${slot}-revision"]`).value = revision;
  card.querySelector("[data-state]").dataset.saved = say("saved", { at });
  state.remarks.get(slot).show(remarks);
  hold(slot);
  showSaved(slot);
}

// What the queue tells ---------------------------------------------------------------------------------------------------

export function saved(slot, sent, body, isSettled) {
  if (!isSettled) return;
  isSavedAs(slot, sent, body);
  const remarks = state.remarks.get(slot);
  if (!remarks) tellOfAnother(slot, body);
  else if (!state.pauses.has(slot)) {
    const words = remarks.isUnread ? say("unread") : say("saved", { at: body.saved });
    announce([words, remarks.news()].filter(Boolean).join(". "));
  }
}

/** Of a question that was turned away from only what goes wrong is told. */
function tellOfAnother(slot, { remarks = [] }) {
  if (remarks.some((remark) => remark.is_unread)) tell(`${say("question", { n: slot })}: ${say("unread")}`);
}

export function refused(slot, { message = say("too_large"), where = "" }, answer = null) {
  state.refusals.add(slot);
  if (answer) state.held.keep(slot, answer, state.queue.revisions.get(slot) ?? 0);
  if (!state.cards.has(slot)) return tell(`${say("question", { n: slot })}: ${say("refused")}: ${message}`);
  if (answer?.[where]) state.remarks.get(slot).show([{ field: where, message, is_unread: true }]);
  setState(slot, "refused", `${say("refused")}: ${message}`);
  return announce(message);
}

export const storedAnswer = (slot, { html = "" }) => readHtml(html, slot);

export function isStored(slot, sent, body) {
  return alike(storedAnswer(slot, body), sent);
}

// A page begins ----------------------------------------------------------------------------------------------------------

/** What earlier pages or other tabs left behind, of any question. */
export function restoreLeftBehind() {
  for (const [key, { answer, revision, tried }] of Object.entries(state.queue.stored())) {
    const slot = Number(key);
    const card = state.cards.get(slot);
    if (card && same(state.settled.get(slot), answer)) {
      state.queue.forget(slot, answer);
      continue;
    }
    // Sent on the revision it was based on: if another device went on meanwhile, the server says so.
    state.queue.revisions.set(slot, revision);
    if (card) write(card, slot, answer);
    setState(slot, "saving", say("saving"));
    state.queue.put(slot, answer, tried);
  }
}

/** Know what the server has of the questions on the page. */
export function adopt() {
  for (const [slot, card] of state.cards) {
    state.queue.know(slot, Number(card.dataset.revision));
    state.settled.set(slot, readInitial(card, slot));
    const line = card.querySelector("[data-state]");
    if (line.textContent) line.dataset.saved = line.textContent;
    if (!state.queue.has(slot)) continue;
    write(card, slot, state.queue.entries.get(slot).answer);
    setState(slot, "saving", say("saving"));
  }
}

/** Put back what waits on this device, and follow what is typed and chosen from now on. */
export function begin() {
  const isOpen = (slot) => state.cards.get(slot)?.querySelector("[data-answer] :is(input, select, textarea):enabled");
  for (const slot of state.held.slots.filter(isOpen)) {
    const card = state.cards.get(slot);
    state.queue.revisions.set(slot, Math.min(state.held.revisions.get(slot), state.queue.revisions.get(slot)));
    write(card, slot, { ...read(card, slot), ...state.held.texts.get(slot) });
  }
  // Answers given before this script ran; on a slow line that takes a while.
  for (const [slot, card] of state.cards) {
    if (!same(read(card, slot), state.settled.get(slot))) changed(slot, 0);
    follow(slot, card.querySelector("[data-answer]"));
  }
}

function follow(slot, answer) {
  answer.addEventListener("input", ({ target }) => {
    state.remarks.get(slot).show();
    changed(slot, target.matches(IS_TEXT) ? TYPING_PAUSE_MS : CHOOSING_PAUSE_MS);
  });
  answer.addEventListener("change", () => changed(slot, CHOOSING_PAUSE_MS));
}
