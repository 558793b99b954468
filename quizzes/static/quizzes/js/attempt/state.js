// What the scripts of an attempt's page know, in one place: what is on the page, and what became of its answers.

import { Held } from "../held.js";
import { Remarks } from "../remarks.js";

const root = document.getElementById("attempt");
const person = `${root.dataset.attempt}:${root.dataset.learner}`;

export const state = {
  root,
  person,
  csrf: document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "",
  longest: Number(root.dataset.longest), // characters, of any text
  isClosed: false,

  // What is shown: replaced when a page is turned in place.
  form: null,
  cards: new Map(), // slot → its element
  remarks: new Map(), // slot → Remarks
  open: [], // the fields that can be filled in

  // Answers.
  settled: new Map(), // slot → the answer that the server has, as far as this page knows
  refusals: new Set(), // slots whose answer the server did not take; their fields are posted, so that it can say why
  lost: new Map(), // slot → answer that came too late: shown so that nobody wonders, sent anew if the attempt is reopened
  held: new Held(`quizsite:held:${person}`),

  // Made by attempt.js, which knows who listens to them.
  queue: null,
  clock: null,
  pauses: null,
  pages: null, // null: every page is loaded by the browser

  // What is going on.
  told: "", // the trouble that the banner tells
  asking: null, // the question to the server that is under way
  going: "", // "saving" while the page waits for acknowledgements, "ready" when it may go, "gone" when it does
  toldOf: new Set(), // slots whose text is not taken, as a pressed button has said; a second press goes on without it
};

/** Take over what is on the page now. */
export function takeStock() {
  const found = [...root.querySelectorAll(".question[data-slot]")];
  state.form = document.querySelector("[data-form]");
  state.cards = new Map(found.map((card) => [Number(card.dataset.slot), card]));
  state.remarks = new Map([...state.cards].map(([slot, card]) => [slot, new Remarks(card, slot)]));
  state.open = [...root.querySelectorAll(".question :is(input, select, textarea):enabled")];
}

/** A choice of this person on this device, such as to hide the clock. */
export function preference(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(`quizsite:${name}`);
    localStorage.setItem(`quizsite:${name}`, value);
  } catch {
    // storage is switched off: the choice holds for this page
  }
  return value ?? null;
}
