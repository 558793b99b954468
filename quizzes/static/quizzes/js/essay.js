// Counts the words of an essay that has limits while it is written, as the server does (question_types/essay.py).
// Without this script the limits stand alone.
//
// <textarea data-counted></textarea> <p><span data-word-count="{n} of"></span> 5–400 words</p>

import { onEach } from "./shown.js";

const MARKS = /[\p{M}\u00ad\u200c\u200d]/gu; // no ends of words
const WORD = /[\p{L}\p{N}_]+(?:['’-][\p{L}\p{N}_]+)*/gu;

onEach("[data-counted]", (field) => {
  const line = field.parentElement.querySelector("[data-word-count]");
  const count = () => field.value.replace(MARKS, "").match(WORD)?.length ?? 0;
  const show = () => (line.textContent = line.dataset.wordCount.replace("{n}", count()));
  field.addEventListener("input", show);
  field.addEventListener("fields-written", show);
  show();
});
