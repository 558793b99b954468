// Makes lists to put in order easier to use: buttons to move an element, and dragging with mouse, pen or finger.
// The number fields are hidden and stay what is saved and posted; every move rewrites them and fires `change`. Where this
// script did not arrive, the fields are there and are filled in by hand. An order that nobody moved is no answer: a button confirms it.

import { onEach } from "./shown.js";

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
  const confirm = list.parentElement.querySelector("[data-confirm]");
  if (confirm) confirm.hidden = items.every((item) => fieldOf(item).value);
}

function number(list, moved = null) {
  const items = [...list.children];
  items.forEach((item, index) => {
    fieldOf(item).value = index + 1;
    item.classList.toggle("moved", item === moved);
  });
  mark(list);
  if (moved) announce(list, moved);
  fieldOf(moved ?? items[0]).dispatchEvent(new Event("change", { bubbles: true }));
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
  list.parentElement.classList.add("is-movable");
  list.addEventListener("click", onClick);
  list.addEventListener("pointerdown", onPointerDown);
  list.addEventListener("fields-written", () => arrange(list));
  list.parentElement.querySelector("[data-confirm] button")?.addEventListener("click", () => {
    number(list);
    list.querySelector("button:enabled")?.focus(); // the button that was pressed is gone
  });
  mark(list);
}

onEach("[data-ordering]", enhance);
