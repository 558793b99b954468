// Two devices changed one answer: the person says which counts.

import { write } from "../fields.js";
import { say } from "../words.js";
import { announce, button, make, setState } from "./banner.js";
import { isSavedAs, sendable, storedAnswer } from "./saving.js";
import { state } from "./state.js";

/** Ask which of two answers counts; for a question of another page, above this one. */
export function conflict(slot, mine, body) {
  const card = state.cards.get(slot);
  const box = card?.querySelector("[data-conflict]") ?? boxOfAnother(slot);
  const where = card ? "" : `${say("question", { n: slot })}: `;
  const text = make("p", {}, where, say("conflict", { at: body.saved }), " ", make("bdi", {}, body.answer || say("no_answer")));
  const choice = (word, act) => button(say(word), () => chosen(slot, box, act));
  const use = choice("use_theirs", () => useTheirs(slot, body));
  const keep = choice("keep_mine", () => keepMine(slot, mine, body));
  setState(slot, "conflict", "");
  box.replaceChildren(text, make("p", { className: "actions" }, use, " ", keep));
  box.hidden = false;
  if (!box.isConnected) state.root.prepend(box);
  box.scrollIntoView({ block: "center" });
  announce(text.textContent);
}

/** Where to ask about a question of another page: one place for each, however often it is asked. */
function boxOfAnother(slot) {
  const box = state.root.querySelector(`:scope > [data-about="${slot}"]`) ?? make("div", { className: "conflict alert alert-warning" });
  box.dataset.about = slot;
  return box;
}

function chosen(slot, box, act) {
  box.hidden = true;
  state.pauses.end(slot);
  act();
  const field = state.cards.get(slot)?.querySelector("[data-answer] :is(input, select, textarea)");
  (field ?? document.getElementById("main")).focus();
}

function useTheirs(slot, body) {
  const theirs = storedAnswer(slot, body);
  if (state.cards.has(slot)) write(state.cards.get(slot), slot, theirs);
  state.queue.know(slot, body.revision);
  state.queue.drop(slot);
  isSavedAs(slot, theirs, body);
}

function keepMine(slot, mine, body) {
  setState(slot, "saving", say("saving"));
  state.queue.insist(slot, state.cards.has(slot) ? sendable(slot) : mine, body.revision);
}

/** The first button of a choice that is still to be made. */
export const openConflict = () => [...state.root.querySelectorAll(".conflict:not([hidden]) button")][0];
