// Review: 1 to 9 choose an option and U says how sure one is, then 1 to 4 give a grade, where the learner has the keys on.
// Enter goes on when nothing else has the focus.

const asked = document.querySelector("form[data-keys] > .question");
const form = document.querySelector(".grades");
const check = document.querySelector("[data-check]");
const isBusy = (place) => place.closest("a, button, input, select, textarea, summary, [contenteditable]");
const isTyping = (place) => place.closest("select, textarea, [contenteditable], input:not([type=radio], [type=checkbox])");

/** What a key presses; nothing where it has no meaning, or the learner has the keys off. */
function keyed(key) {
  if (asked && /^[1-9]$/.test(key)) return asked.querySelectorAll(".answer .opt-input")[Number(key) - 1];
  if (asked && /^u$/i.test(key)) return asked.querySelector("[name=sure]:not(:checked)");
  const isGrade = form && "keys" in form.dataset && /^[1-4]$/.test(key);
  return isGrade ? form.querySelector(`[name=grade][value="${key}"]`) : null;
}

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const isOnward = event.key === "Enter" && !isBusy(event.target);
  const button = isOnward
    ? (form && form.querySelector("[data-given]")) || check
    : !isTyping(event.target) && keyed(event.key);
  if (!button) return;
  event.preventDefault();
  button.click();
}

addEventListener("keydown", press);

const hint = document.querySelector(".review-card [data-hint]");
if (hint) hint.hidden = !asked.querySelector(".answer .opt-input");
