// Sentences for people come from the page (a <template> the server translated), never from the scripts.

const template = document.getElementById("words");
const words = new Map(
  [...(template?.content.querySelectorAll("[data-word]") ?? [])].map((node) => [node.dataset.word, node.textContent.replace(/\s+/g, " ").trim()]),
);

export function say(name, values = {}) {
  return (words.get(name) ?? "").replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
}
