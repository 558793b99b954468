// On the result of an attempt: answers that this device still holds, because the connection came back after the end. They
// are offered to the server once more, which says what it has; those that it has not are named, so that nobody wonders, and
// stay on the device: should the attempt be opened again, they are sent, and its page asks about those overtaken elsewhere.
//
// Texts that were not taken, because they are too long, stand there whole, to be copied.
//
// <div data-leftovers="…/save/" data-state="…/state/" data-key="quizsite:attempt:7:3" data-question="Question {n}" hidden>…<ul></ul></div>

import { alike, isEmpty, readHtml } from "./fields.js";
import { Held } from "./held.js";
import { Queue } from "./queue.js";

const notTaken = document.querySelector("[data-held]");
const note = document.querySelector("[data-leftovers]");
let token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

const isStored = (slot, sent, { html = "" }) => alike(readHtml(html, slot), sent);

/** The words of an answer that was written; a choice is told by its question alone. */
const written = ({ text = [] }) => text.join(" ");

function closed(slot, sent, body) {
  if (isEmpty(sent) || isStored(slot, sent, body)) return;
  queue.shelve(slot, sent);
  const line = document.createElement("li");
  const words = written(sent);
  line.textContent = note.dataset.question.replace("{n}", slot) + (words && `: ${words}`);
  note.querySelector("ul").append(line);
  note.hidden = false;
}

async function refresh() {
  const response = await fetch(note.dataset.state, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  token = (await response.json()).csrf;
}

const ignore = () => {};
const queue = new Queue(
  { key: note?.dataset.key, url: note?.dataset.leftovers, token: () => token, refresh },
  { saved: ignore, refused: ignore, conflict: ignore, closed, isStored, changed: ignore },
);
for (const [slot, { answer, revision, tried }] of Object.entries(note ? queue.stored() : {})) {
  queue.know(Number(slot), revision);
  queue.put(Number(slot), answer, tried);
}

const held = notTaken && new Held(notTaken.dataset.held);
for (const slot of held?.slots ?? []) {
  const title = notTaken.dataset.question.replace("{n}", slot);
  const field = Object.assign(document.createElement("textarea"), {
    className: "form-control",
    value: Object.values(held.texts.get(slot)).flat().join("\n\n"),
    readOnly: true,
    rows: 4,
    ariaLabel: title,
  });
  const line = document.createElement("li");
  line.append(title, field);
  notTaken.querySelector("ul").append(line);
  notTaken.hidden = false;
}
