// A "Show" button next to each password field. Without scripts it is a plain field.

import { say } from "./words.js";

function addButton(input) {
  const group = document.createElement("div");
  group.className = "input-group has-validation";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.setAttribute("aria-controls", input.id);
  const show = (isShown) => {
    input.type = isShown ? "text" : "password";
    button.textContent = isShown ? say("hide") : say("show");
    button.setAttribute("aria-pressed", String(isShown));
  };
  show(false);
  button.addEventListener("click", () => show(input.type === "password"));
  input.form?.addEventListener("submit", () => show(false)); // browsers offer to keep what was typed as a password
  const isActive = document.activeElement === input;
  const faults = [...input.parentElement.querySelectorAll(".invalid-feedback")]; // shown only next to their field
  input.replaceWith(group);
  group.append(input, button, ...faults);
  if (isActive) input.focus();
}

for (const input of document.querySelectorAll("input[type=password]")) addButton(input);
