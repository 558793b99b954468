/* Rows of a form: add, remove and move without a round trip. Without this script the same form has an "Add rows" button
   that asks the server, a number for the place of a row and a box to leave it out; this script works those same fields. */

const hiddenBy = (row) => row.querySelector("input[name$='-DELETE']");
const placeOf = (row) => row.querySelector("input[name$='-ORDER']");
const holderOf = (row) => row.closest("[data-holder]") ?? row;

function button(sign, words, onClick) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = sign;
  made.setAttribute("aria-label", words);
  made.title = words;
  made.addEventListener("click", onClick);
  return made;
}

class Rows {
  constructor(box) {
    this.box = box;
    this.words = box.dataset;
    this.list = box.querySelector("[data-list]");
    this.blank = box.querySelector("template[data-blank]");
    this.total = box.querySelector("input[name$='-TOTAL_FORMS']")
      ?? box.parentElement.querySelector(`input[name="${box.dataset.rows}-TOTAL_FORMS"]`);
    this.say = box.querySelector("[data-say]");
    this.adder = box.querySelector("[data-add]");
    this.inPlaces();
    this.rows().forEach((row) => this.enhance(row));
    this.number();
    if (this.adder && this.blank) {
      this.adder.hidden = false;
      this.adder.addEventListener("click", (event) => {
        event.preventDefault();
        this.add();
      });
    }
  }

  rows() {
    return [...this.list.querySelectorAll("[data-row]")];
  }

  shown() {
    return this.rows().filter((row) => !holderOf(row).hidden);
  }

  /* Rows that came back from the server in the order of entry are put in the order of their places. */
  inPlaces() {
    const order = (row) => Number(placeOf(row)?.value) || Number.MAX_SAFE_INTEGER;
    const rows = this.rows();
    const sorted = [...rows].sort((one, other) => order(one) - order(other));
    if (sorted.some((row, index) => row !== rows[index])) this.list.append(...sorted.map(holderOf));
  }

  enhance(row) {
    const tools = row.querySelector("[data-tools]");
    const gone = hiddenBy(row);
    if (placeOf(row)) {
      row.querySelector("[data-order]").hidden = true;
      tools.append(
        button("↑", this.words.up, () => this.move(row, -1)),
        button("↓", this.words.down, () => this.move(row, 1)),
      );
    }
    if (gone) {
      row.querySelector("[data-delete]").hidden = true;
      tools.append(button("✕", this.words.remove, () => this.remove(row)));
      if (gone.checked) holderOf(row).hidden = true;
    }
  }

  number() {
    this.shown().forEach((row, index) => {
      const place = placeOf(row);
      if (place) place.value = index + 1;
      const number = row.querySelector("[data-number]");
      if (number) number.textContent = index + 1;
    });
    this.box.dispatchEvent(new CustomEvent("rows:changed", { bubbles: true }));
    if (this.adder) this.adder.disabled = this.rows().length >= Number(this.words.most || 100);
  }

  add() {
    const index = Number(this.total.value);
    const piece = document.importNode(this.blank.content, true);
    piece.querySelectorAll("*").forEach((node) => {
      for (const name of ["id", "name", "for", "value", "aria-describedby"]) {
        const value = node.getAttribute(name);
        if (value?.includes("__prefix__")) node.setAttribute(name, value.replaceAll("__prefix__", index));
      }
    });
    const row = piece.querySelector("[data-row]");
    this.list.append(piece);
    this.total.value = index + 1;
    this.enhance(row);
    this.number();
    // The admin's own scripts (autocompletes) listen for this.
    row.dispatchEvent(new CustomEvent("formset:added", { bubbles: true, detail: { formsetName: this.words.rows } }));
    row.querySelector("textarea, select, input:not([type=hidden])")?.focus();
  }

  move(row, step) {
    const shown = this.shown();
    const other = shown[shown.indexOf(row) + step];
    if (!other) return;
    if (step < 0) holderOf(other).before(holderOf(row));
    else holderOf(other).after(holderOf(row));
    this.number();
    this.announce(this.words.moved, row);
    row.querySelector(`[aria-label="${CSS.escape(step < 0 ? this.words.up : this.words.down)}"]`)?.focus();
  }

  remove(row) {
    this.announce(this.words.removed, row);
    hiddenBy(row).checked = true;
    holderOf(row).hidden = true;
    this.offerUndo(row);
    this.number();
  }

  /* In the place of the row that is gone: what it was, and a way back, which has the focus. */
  offerUndo(row) {
    const bar = document.createElement("p");
    bar.className = "ws-removed";
    bar.dataset.removed = "";
    const undo = button(this.words.undo, `${this.words.undo}: ${this.nameOf(row)}`, () => this.restore(row, bar));
    bar.append(`${this.words.removed}: ${this.nameOf(row)} `, undo);
    holderOf(row).after(bar);
    undo.focus();
  }

  restore(row, bar) {
    hiddenBy(row).checked = false;
    holderOf(row).hidden = false;
    bar.remove();
    this.number();
    this.announce(this.words.restored, row);
    row.querySelector("textarea, select, input:not([type=hidden])")?.focus();
  }

  nameOf(row) {
    const legend = row.querySelector("legend")?.textContent.trim().replace(/\s+/g, " ") ?? "";
    const text = row.querySelector("textarea, input[type=text], input:not([type])")?.value.trim() ?? "";
    return text ? `${legend} “${text.slice(0, 40)}”` : legend;
  }

  announce(words, row) {
    if (this.say) this.say.textContent = `${words}: ${row.querySelector("legend")?.textContent.trim() ?? ""}`;
  }
}

document.querySelectorAll("[data-rows]").forEach((box) => new Rows(box));
