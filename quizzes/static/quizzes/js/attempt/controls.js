// Flags without leaving the page, and keys on that of one question: 1 to 9 choose, F flags, the arrows and Enter turn pages.

import { say } from "../words.js";
import { mark, tell } from "./banner.js";
import { look } from "./standing.js";
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

/** Enter checks an option that was chosen by its key, where practice checks; else it turns the page. */
function goOn(card, target) {
  const isChosen = card.querySelector(".opt-input:checked");
  const check = isChosen && card.querySelector("[data-check]");
  if (check) check.click();
  else if (isChosen || target.matches(".stem, .verdict-band")) press("next", "review");
}

function onKey({ target, key, ctrlKey, metaKey, altKey, repeat }) {
  const isTyping = target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  if (isTyping || ctrlKey || metaKey || altKey || repeat || !areOn() || state.cards.size !== 1) return;
  const [card] = state.cards.values();
  if (/^[1-9]$/.test(key)) card.querySelectorAll(".opt-input")[Number(key) - 1]?.click();
  else if (key === "f" || key === "F") card.querySelector("[data-flag]")?.click();
  else if (key === "Enter" && target.matches("body, .stem, .verdict-band")) goOn(card, target);
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

// Flags ------------------------------------------------------------------------------------------------------------------

export function followFlags() {
  for (const card of state.cards.values()) card.querySelector("[data-flag]")?.addEventListener("click", flag);
}

async function flag(event) {
  const pressed = event.currentTarget;
  const slot = Number(pressed.closest("[data-slot]").dataset.slot);
  const isFlagged = pressed.getAttribute("aria-pressed") !== "true";
  event.preventDefault();
  try {
    const response = await fetch(state.root.dataset.flag, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": state.csrf },
      body: JSON.stringify({ slot, flagged: isFlagged }),
    });
    if (!response.ok) throw new Error(String(response.status));
  } catch {
    look();
    return tell(say("flag_failed"));
  }
  pressed.setAttribute("aria-pressed", String(isFlagged));
  [pressed.formAction, pressed.dataset.other] = [pressed.dataset.other, pressed.formAction];
  pressed.querySelector("[data-flag-on]").hidden = !isFlagged;
  pressed.querySelector("[data-flag-off]").hidden = isFlagged;
  return mark(slot, "flag", isFlagged);
}
