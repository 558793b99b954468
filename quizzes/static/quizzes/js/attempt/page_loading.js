// One page of an attempt, fetched and taken apart: its form and title, with the scripts of its question ready.

import { state } from "./state.js";

const TIMEOUT_MS = 10_000;
const scriptsOf = (page) => [...page.querySelectorAll("script[type=module][src]")].map((script) => script.getAttribute("src"));

export const addressOf = (slot) => `${state.root.dataset.home}questions/${slot}/`;
export const slotOf = (path) => Number(/\/questions\/(\d+)\//.exec(path)?.[1] ?? 0);

/**
 * The page of a question: {slot, address, title, form, messages, at}. Null where it is another page than was asked for,
 * such as the result of an attempt that is over, or of another version of the site. Fails without a connection.
 */
export async function load(slot) {
  const address = addressOf(slot);
  const response = await fetch(address, {
    headers: { Accept: "text/html" },
    credentials: "same-origin",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok || response.redirected) return null;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!isOfThisAttempt(page) || !(await hasScripts(page))) return null;
  return {
    slot,
    address,
    title: page.title,
    form: page.querySelector("[data-form]"),
    messages: page.querySelector(".messages"),
    at: performance.now(),
  };
}

function isOfThisAttempt(page) {
  const root = page.getElementById("attempt");
  const isOfThisVersion = scriptsOf(page).at(-1) === scriptsOf(document).at(-1);
  const isSame = ["attempt", "learner"].every((name) => root?.dataset[name] === state.root.dataset[name]);
  return Boolean(isSame && isOfThisVersion && page.querySelector("[data-form]"));
}

/** Load the scripts of a page. A browser does not ask again for one that did not come: then it has to load the page. */
function hasScripts(page) {
  return Promise.all(scriptsOf(page).map((source) => import(source))).then(() => true, () => false);
}

/** The revision of the answer that a page shows. */
export function revisionOf({ form, slot }) {
  return Number(form.querySelector(`.question[data-slot="${slot}"]`)?.dataset.revision ?? 0);
}
