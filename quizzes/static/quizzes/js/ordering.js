// Makes lists to put in order easier to use: buttons to move an element, and dragging with mouse, pen or finger.
// The number fields stay what is saved and posted; every move rewrites them and fires `change`. Without this script
// the fields are filled in by hand.

const fieldOf = (item) => item.querySelector(".place-number");
const textOf = (item) => item.querySelector(".place-text").textContent.trim();

/** Order the elements by the numbers in their fields, those without one last. */
export function arrange(list) {
  const placed = [...list.children].map((item, index) => [Number(fieldOf(item).value) || Infinity, index, item]);
  placed.sort(([one, i], [other, j]) => (one === other ? i - j : one - other));
  list.append(...placed.map(([, , item]) => item));
  mark(list);
}

function mark(list) {
  const items = [...list.children];
  items.forEach((item, index) => {
    item.querySelector(".move-up").disabled = index === 0;
    item.querySelector(".move-down").disabled = index === items.length - 1;
  });
}

function number(list, moved) {
  const items = [...list.children];
  items.forEach((item, index) => {
    fieldOf(item).value = index + 1;
    item.classList.toggle("moved", item === moved);
  });
  mark(list);
  announce(list, moved);
  fieldOf(moved).dispatchEvent(new Event("change", { bubbles: true }));
}

function announce(list, item) {
  const status = list.parentElement.querySelector("[data-ordering-status]");
  const items = [...list.children];
  const words = { text: textOf(item), place: items.indexOf(item) + 1, count: items.length };
  if (status) status.textContent = list.dataset.moved.replace(/\{(\w+)\}/g, (_, name) => words[name]);
}

function moveTo(list, item, index) {
  const others = [...list.children].filter((other) => other !== item);
  list.insertBefore(item, others[index] ?? null);
}

function onClick(event) {
  const button = event.target.closest(".move-up, .move-down");
  if (!button) return;
  const list = event.currentTarget;
  const item = button.closest(".place");
  const step = button.classList.contains("move-up") ? -1 : 1;
  moveTo(list, item, [...list.children].indexOf(item) + step);
  number(list, item);
  // The button may have become the end of the list: keep the keyboard on this element.
  (button.disabled ? item.querySelector("button:not(:disabled)") : button)?.focus();
}

// A number typed by hand moves its element there; the script's own `change` events are not trusted ones.
function onChange(event) {
  if (!event.isTrusted || !event.target.matches(".place-number")) return;
  const list = event.currentTarget;
  const place = Number(event.target.value);
  if (!Number.isInteger(place) || place < 1 || place > list.children.length) return;
  event.stopPropagation();
  const item = event.target.closest(".place");
  moveTo(list, item, place - 1);
  number(list, item);
}

// While a number is being typed two fields can hold the same one: that is not an answer to save yet.
function onInput(event) {
  const numbers = [...event.currentTarget.querySelectorAll(".place-number")].map((field) => field.value).filter(Boolean);
  if (new Set(numbers).size < numbers.length) event.stopPropagation();
}

function onPointerDown(event) {
  const item = event.target.closest(".place");
  if (!item || event.button || event.target.closest("input, button, a")) return;
  if (event.pointerType === "touch" && !event.target.closest(".place-handle")) return;
  const list = event.currentTarget;
  const before = [...list.children];
  const from = event.clientY;
  let isDragging = false;

  const move = (next) => {
    if (!isDragging && Math.abs(next.clientY - from) < 6) return;
    isDragging = true;
    item.classList.add("moved");
    const others = [...list.children].filter((other) => other !== item);
    const index = others.findIndex((other) => {
      const box = other.getBoundingClientRect();
      return next.clientY < box.top + box.height / 2;
    });
    const target = index < 0 ? others.length : index;
    if ([...list.children].indexOf(item) !== target) moveTo(list, item, target);
  };
  const stop = (last) => {
    list.removeEventListener("pointermove", move);
    list.removeEventListener("pointerup", stop);
    list.removeEventListener("pointercancel", stop);
    if (last.type === "pointercancel") list.append(...before);
    item.classList.remove("moved");
    if (isDragging && before.some((other, index) => other !== list.children[index])) number(list, item);
  };
  list.setPointerCapture(event.pointerId);
  list.addEventListener("pointermove", move);
  list.addEventListener("pointerup", stop);
  list.addEventListener("pointercancel", stop);
  event.preventDefault();
}

export function enhance(list) {
  if (list.dataset.enhanced) return;
  list.dataset.enhanced = "true";
  for (const item of list.children) {
    // A finger on the text still scrolls the page; only the handle takes it over.
    const handle = document.createElement("span");
    handle.className = "place-handle";
    handle.setAttribute("aria-hidden", "true");
    handle.textContent = "⠿";
    item.prepend(handle);
    for (const button of item.querySelectorAll("button")) button.hidden = false;
  }
  list.addEventListener("click", onClick);
  list.addEventListener("change", onChange);
  list.addEventListener("input", onInput);
  list.addEventListener("pointerdown", onPointerDown);
  list.addEventListener("fields-written", () => arrange(list));
  mark(list);
}

for (const list of document.querySelectorAll("[data-ordering]")) enhance(list);
