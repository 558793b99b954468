// The answer of one question as the server reads it: field names without the prefix, each with a list of texts.

function fields(card, slot) {
  const prefix = `q${slot}-`;
  return [...card.querySelectorAll("input, select, textarea")]
    .filter((input) => input.name.startsWith(prefix) && input.name !== `${prefix}revision`)
    .map((input) => [input, input.name.slice(prefix.length), input.type === "radio" || input.type === "checkbox"]);
}

export function read(card, slot) {
  const answer = {};
  for (const [input, name, isTick] of fields(card, slot)) {
    if (!isTick || input.checked) (answer[name] ??= []).push(input.value);
  }
  return answer;
}

/** The answer as the server has it, whatever was entered before a script ran, or stands in a field because it was refused. */
export function readInitial(card, slot) {
  const answer = {};
  for (const [input, name, isTick] of fields(card, slot)) {
    const chosen = [...(input.options ?? [])].find((option) => option.defaultSelected);
    const value = input.options ? (chosen?.value ?? "") : isTick ? input.value : (input.dataset.stored ?? input.defaultValue);
    if (!isTick || input.defaultChecked) (answer[name] ??= []).push(value);
  }
  return answer;
}

export function write(card, slot, answer) {
  for (const [input, name, isTick] of fields(card, slot)) {
    const values = answer[name] ?? [];
    if (isTick) input.checked = values.includes(input.value);
    else input.value = values[0] ?? "";
  }
  for (const [input] of fields(card, slot)) input.dispatchEvent(new CustomEvent("fields-written", { bubbles: true }));
}

export function isEmpty(answer) {
  return !Object.values(answer).some((values) => values.some((value) => value.trim() !== ""));
}

function canonical(answer, text) {
  const kept = Object.entries(answer)
    .map(([name, values]) => [name, values.map(text).filter(Boolean).sort()])
    .filter(([, values]) => values.length);
  return JSON.stringify(kept.sort());
}

export function same(one, other) {
  const exact = (value) => value;
  return canonical(one, exact) === canonical(other, exact);
}

/** The same but for what the server evens out: spaces and ways to write a letter. */
export function alike(one, other) {
  const even = (value) => value.normalize("NFKC").replace(/\s+/g, " ").trim();
  return canonical(one, even) === canonical(other, even);
}

/** The answer in a card that the server rendered. */
export function readHtml(html, slot) {
  const holder = document.createElement("template"); // inert: nothing in it is loaded or run
  holder.innerHTML = html; // our own server's rendering, escaped there
  return read(holder.content, slot);
}
