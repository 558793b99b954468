// Keys on the page of one question: 1 to 9 choose, F flags, the arrows and Enter turn pages. They can be turned off.

import { say } from "../words.js";
import { preference, state } from "./state.js";

const line = document.querySelector("[data-keys]");
const areOn = () => line?.dataset.keys !== "off";

function setKeys(isOn) {
  line.dataset.keys = isOn ? "on" : "off";
  line.querySelector("[data-keys-toggle]").textContent = say(isOn ? "keys_off" : "keys_on");
}

/** Press the first of these buttons that the page has. */
function press(...names) {
  for (const name of names) {
    const button = state.form.querySelector(`.turn [data-${name}]`);
    if (button) return button.click();
  }
  return null;
}

function onKey({ target, key, ctrlKey, metaKey, altKey, repeat }) {
  const isTyping = target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  if (isTyping || ctrlKey || metaKey || altKey || repeat || !areOn() || state.cards.size !== 1) return;
  const [card] = state.cards.values();
  if (/^[1-9]$/.test(key)) card.querySelectorAll(".opt-input")[Number(key) - 1]?.click();
  else if (key === "f" || key === "F") card.querySelector("[data-flag]")?.click();
  else if (key === "Enter" && target.matches(".stem, .verdict-band")) press("next", "review");
  else if (key === "ArrowRight" && !target.matches("[type=radio]")) press("next");
  else if (key === "ArrowLeft" && !target.matches("[type=radio]")) press("back");
}

export function followKeys() {
  document.addEventListener("keydown", onKey);
  if (!line || state.cards.size !== 1) return;
  line.hidden = false;
  line.querySelector("[data-keys-toggle]").addEventListener("click", () => setKeys(preference("keys", areOn() ? "off" : "on") === "on"));
  setKeys(preference("keys") !== "off");
}
