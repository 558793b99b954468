// Flagging a question without leaving its page.

import { say } from "../words.js";
import { look } from "./asking.js";
import { tell } from "./banner.js";
import { mark } from "./dots.js";
import { state } from "./state.js";

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
