// Names for what the admin's own widgets leave unnamed: the two halves of a date and time, and select2's boxes.

function labelOf(element) {
  const own = element.id && document.querySelector(`label[for="${CSS.escape(element.id)}"]`);
  if (own) return own.textContent;
  const cell = element.closest("td");
  if (cell) {
    const table = cell.closest("table");
    const head = table && table.tHead && table.tHead.rows[0].cells[cell.cellIndex];
    if (head) return head.textContent;
  }
  const group = element.closest(".form-row, fieldset");
  const legend = group && group.querySelector("legend, label");
  return legend ? legend.textContent : "";
}

function tidy(text) {
  return text.replace(/\s+/g, " ").replace(/[\s:*]+$/, "").trim();
}

function nameDates(root) {
  for (const input of root.querySelectorAll("p.datetime input[type=text]")) {
    if (input.hasAttribute("aria-label")) continue;
    const half = input.previousSibling ? input.previousSibling.textContent : "";
    const whole = labelOf(input.closest("p.datetime").querySelector("input"));
    input.setAttribute("aria-label", [tidy(whole), tidy(half)].filter(Boolean).join(", "));
  }
}

function nameBoxes(root) {
  for (const box of root.querySelectorAll(".select2-selection")) {
    const select = box.closest(".select2-container")?.previousElementSibling;
    if (!select || box.hasAttribute("aria-label")) continue;
    const name = tidy(select.getAttribute("aria-label") || labelOf(select));
    if (!name) continue;
    box.setAttribute("aria-label", name);
    box.querySelector("[role=textbox]")?.setAttribute("aria-label", name);
    box.querySelector("input.select2-search__field")?.setAttribute("aria-label", name);
  }
}

function nameSearch() {
  const field = document.getElementById("searchbar");
  const picture = field && document.querySelector('label[for="searchbar"] img[alt]');
  if (picture && picture.alt) field.setAttribute("aria-label", picture.alt);
}

function nameAll() {
  const content = document.getElementById("content");
  if (!content) return;
  nameDates(content);
  nameBoxes(content);
}

nameSearch();
nameAll();
window.addEventListener("load", () => {
  nameAll();
  const content = document.getElementById("content");
  if (content) new MutationObserver(nameAll).observe(content, { childList: true, subtree: true }); // rows added later
});
