// What the learner is told about the fields of one question: the sentences that a save answers, and while they type how many
// characters are too many. Fields say by `data-limit` how many they take; they have no `maxlength`, which cuts without a word.
//
// <input id="q1-text" name="q1-text" data-limit="500"> <div data-remarks><p id="q1-remark-text">…</p></div>

import { say } from "./words.js";

// oxlint-disable-next-line no-control-regex -- Python strips these as well
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const PILED_UP = /\p{M}{31}/u; // the server leaves such text as it is
const MOST_BY_NFC = 3; // characters that one character can become

/** How many characters the server would store of a text (question_types/values.py: storable). */
export function storedLength(value) {
  const plain = value.replace(/\r\n?/g, "\n");
  const text = PILED_UP.test(plain) ? plain : plain.normalize("NFC");
  let [start, end] = [0, text.length];
  while (start < end && SPACE.test(text[start])) start += 1;
  while (start < end && SPACE.test(text[end - 1])) end -= 1;
  return [...text.slice(start, end)].length;
}

const excess = ({ value }, limit) => (value.length * MOST_BY_NFC > limit ? Math.max(0, storedLength(value) - limit) : 0);
const figure = (number) => number.toLocaleString(document.documentElement.lang || undefined);

function excessWords(input) {
  const limit = Number(input.dataset.limit);
  const count = excess(input, limit);
  if (!count) return "";
  const words = say(count === 1 ? "too_many_one" : "too_many", { excess: figure(count), limit: figure(limit) });
  return input.labels?.length ? `${input.labels[0].textContent}: ${words}` : words; // one of several gaps
}

export class Remarks {
  constructor(card, slot) {
    this.card = card;
    this.prefix = `q${slot}-`;
    this.holder = card.querySelector("[data-remarks]");
    this.saved = [...(this.holder?.children ?? [])].map((line) => ({
      field: line.id.slice(`${this.prefix}remark-`.length),
      message: line.textContent,
      is_unread: line.classList.contains("unread"),
    }));
    this.news(); // what the page says from its beginning is read with it
  }

  get limited() {
    return [...this.card.querySelectorAll(`[data-limit][name^="${this.prefix}"]`)];
  }

  nameOf(input) {
    return input.name.slice(this.prefix.length);
  }

  /** Whether the server may have something to say about what it saves: a choice is right or wrong, and never misread. */
  get areExpected() {
    return this.holder !== null;
  }

  /** Whether some of what is saved does not count as it stands. */
  get isUnread() {
    return this.saved.some((remark) => remark.is_unread);
  }

  /** What is said now and was not said before, for those who do not see it. */
  news() {
    const text = this.holder?.textContent.trim().replace(/\s+/g, " ") ?? "";
    const isNew = text !== this.heard;
    this.heard = text;
    return isNew ? text : "";
  }

  /** The texts that are longer than any the server takes: {field: [text]}. */
  tooLong(longest) {
    const inputs = this.limited.filter((input) => excess(input, longest));
    return Object.fromEntries(inputs.map((input) => [this.nameOf(input), [input.value]]));
  }

  /** Show what is said of the saved answer, and of texts that are too long how much. */
  show(saved = this.saved) {
    this.saved = saved;
    const counted = this.limited.map((input) => ({ field: this.nameOf(input), message: excessWords(input), is_unread: true }));
    const long = counted.filter((remark) => remark.message);
    const others = saved.filter(({ field }) => !long.some((remark) => remark.field === field));
    this.write([...others, ...long].sort((one, other) => one.field.localeCompare(other.field, "en", { numeric: true })));
  }

  write(remarks) {
    const text = JSON.stringify(remarks);
    if (!this.holder || text === this.written) return;
    this.written = text;
    this.holder.replaceChildren(...remarks.map((remark) => this.line(remark)));
    for (const input of this.card.querySelectorAll(`[name^="${this.prefix}"]`)) {
      const own = remarks.filter(({ field }) => field === this.nameOf(input));
      this.describe(input, own.length > 0, own.some((remark) => remark.is_unread));
    }
  }

  line({ field, message, is_unread }) {
    const className = is_unread ? "form-text unread" : "form-text";
    return Object.assign(document.createElement("p"), { id: `${this.prefix}remark-${field}`, className, textContent: message });
  }

  describe(input, isTold, isUnread) {
    const id = `${this.prefix}remark-${this.nameOf(input)}`;
    const others = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
    const ids = isTold ? [...others, id] : others;
    if (ids.length) input.setAttribute("aria-describedby", ids.join(" "));
    else input.removeAttribute("aria-describedby");
    if (isUnread) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}
