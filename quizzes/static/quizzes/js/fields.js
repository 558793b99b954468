// The answer of one question as the server reads it: field names without the prefix, each with a list of texts.

export function read(card, slot) {
  const prefix = `q${slot}-`;
  const answer = {};
  for (const input of card.querySelectorAll("input, select, textarea")) {
    if (!input.name.startsWith(prefix) || input.name === `${prefix}revision`) continue;
    if ((input.type === "radio" || input.type === "checkbox") && !input.checked) continue;
    (answer[input.name.slice(prefix.length)] ??= []).push(input.value);
  }
  return answer;
}

export function write(card, slot, answer) {
  const prefix = `q${slot}-`;
  for (const input of card.querySelectorAll("input, select, textarea")) {
    if (!input.name.startsWith(prefix) || input.name === `${prefix}revision`) continue;
    const values = answer[input.name.slice(prefix.length)] ?? [];
    if (input.type === "radio" || input.type === "checkbox") input.checked = values.includes(input.value);
    else input.value = values[0] ?? "";
  }
}

export function isEmpty(answer) {
  return !Object.values(answer).some((values) => values.some((value) => value.trim() !== ""));
}

function canonical(answer) {
  const kept = Object.entries(answer)
    .map(([name, values]) => [name, values.filter((value) => value !== "").sort()])
    .filter(([, values]) => values.length);
  return JSON.stringify(kept.sort());
}

export function same(one, other) {
  return canonical(one) === canonical(other);
}
