// Asking the server where the attempt stands.

import { openAgain, showClosed } from "./closing.js";
import { sync } from "./clock_face.js";
import { state } from "./state.js";

const TIMEOUT_MS = 10_000;

/** The state of the attempt, out of one request for everybody who asks meanwhile; fails where there is no answer. */
export function askState() {
  state.asking ??= fetchState().finally(() => (state.asking = null));
  return state.asking;
}

async function fetchState() {
  const response = await fetch(state.root.dataset.state, {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    signal: AbortSignal.timeout(TIMEOUT_MS), // everybody who asks waits for this one
  });
  if (response.status === 401) state.queue.fail("logged_out");
  if (response.status === 404) state.queue.fail("stranger");
  if (!response.ok) throw new Error(String(response.status));
  const said = await response.json();
  state.csrf = said.csrf;
  putToken();
  if (said.is_open) {
    const isNew = state.isClosed;
    if (isNew) openAgain();
    sync(said.seconds_left, isNew);
  } else if (!state.isClosed) showClosed(said.message, said.result);
  state.queue.nudge();
  return said;
}

/** Let the forms post the token of now. */
export function putToken() {
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = state.csrf;
}

/** Also when it is closed: it may have been opened again. */
export function look() {
  askState().catch(() => {});
}

/** Whether another page went on with an answer of this one meanwhile, which this one has not changed. */
export function isBehind({ revisions }) {
  const queue = state.queue;
  const isOvertaken = (slot) => revisions[slot] > queue.revisions.get(slot) && !queue.has(slot) && !state.pauses.has(slot);
  return [...state.cards.keys()].some(isOvertaken);
}

/** The browser shows this page again as it was left: another page may have gone on with its answers meanwhile. */
export function comeBack(said) {
  if (!said.is_open) return location.replace(said.result);
  return isBehind(said) && location.reload();
}
