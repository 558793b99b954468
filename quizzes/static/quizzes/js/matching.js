// Says in the list of answers which of them are chosen already. An answer may belong to several items, so none is taken away.
//
// <div data-matching> <li data-choice="2">… <span data-used hidden>used</span></li> <select><option value="2">…</option></select>

import { onEach } from "./shown.js";

function show(root) {
  const chosen = new Set([...root.querySelectorAll("select")].map((select) => select.value));
  for (const line of root.querySelectorAll("[data-choice]")) {
    const isUsed = chosen.has(line.dataset.choice);
    line.classList.toggle("used", isUsed);
    line.querySelector("[data-used]").hidden = !isUsed;
  }
}

onEach("[data-matching]", (root) => {
  root.addEventListener("change", () => show(root));
  root.addEventListener("fields-written", () => show(root));
  show(root);
});
