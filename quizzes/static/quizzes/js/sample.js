// The question on the first page: a tap shows ✓ or ✗, and why. Without scripts the answer is behind "Show the answer".

import { say } from "./words.js";

const sample = document.querySelector("[data-sample]");
const hint = sample.querySelector("[data-hint]");
const verdict = sample.querySelector("[data-verdict]");
const more = sample.querySelector("details");
const why = sample.querySelector("[data-why]");

function judge(input) {
  for (const option of sample.querySelectorAll(".opt")) {
    const isRight = "right" in option.dataset;
    const isChosen = option.contains(input);
    const letter = option.querySelector(".letter");
    letter.dataset.own ??= letter.textContent;
    option.classList.toggle("good", isRight);
    option.classList.toggle("bad", isChosen && !isRight);
    letter.textContent = isRight ? "✓" : isChosen ? "✗" : letter.dataset.own;
  }
  const isRight = "right" in input.closest(".opt").dataset;
  const first = document.createElement("p");
  const word = document.createElement("strong");
  word.textContent = say(isRight ? "right" : "wrong");
  first.className = "verdict-line";
  word.className = isRight ? "verdict good" : "verdict bad";
  first.append(word, ` ${input.dataset.feedback ?? ""}`);
  verdict.replaceChildren(first, why);
  hint.hidden = true;
}

more.hidden = true;
hint.hidden = false;
sample.addEventListener("change", (event) => judge(event.target));
