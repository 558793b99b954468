// Turning pages in place: the next page is fetched while a question is answered, and shown as soon as one turns to it; any
// other as soon as somebody is about to press for it. So the server makes about as many pages as are read. Not where a quiz
// has no way back: there the next question is asked for only when this one is left.

import { say } from "../words.js";
import { announce, markHere, tell } from "./banner.js";
import { followFlags } from "./controls.js";
import { Pages } from "./pages.js";
import { adopt, begin, putWhatIsPaused } from "./saving.js";
import { askState, isBehind, look, putToken } from "./standing.js";
import { state, takeStock } from "./state.js";

const TIMEOUT_MS = 10_000;
const FRESH_MS = 5_000; // a page fetched longer ago may have been answered on another device since
const DOUBLE_CLICK_MS = 400;
const turns = { count: 0, shownAt: -Infinity, mayBeSecond: false };

const scriptsOf = (page) => [...page.querySelectorAll("script[type=module][src]")].map((script) => script.getAttribute("src"));

const addressOf = (slot) => `${state.root.dataset.home}questions/${slot}/`;
const slotOf = (path) => Number(/\/questions\/(\d+)\//.exec(path)?.[1] ?? 0);
const here = () => [...state.cards.keys()][0];
const take = (slot) => state.pages.take(slot, (page) => revisionOf(page) < (state.queue.revisions.get(slot) ?? 0));

/** Whether this press is the second one of a double click, and meant the page before. */
export const isDoubleClick = () => turns.mayBeSecond && performance.now() - turns.shownAt < DOUBLE_CLICK_MS;

/** A mouse counts its clicks in one place; a finger does not, and a key has none. */
function countClick({ detail, pointerType }) {
  turns.mayBeSecond = detail > 1 || (detail === 1 && pointerType !== "mouse");
}

/** Turn to another question. False where the browser has to load its page; true also where there is no connection. */
export async function turnTo(slot) {
  if (!state.pages || slot === here()) return false;
  const turn = ++turns.count;
  let page = null;
  try {
    page = await take(slot);
  } catch {
    look();
    tell(say("page_waits"));
    return true;
  }
  if (turn !== turns.count) return true; // somebody turned on meanwhile
  if (!page || state.isClosed) return false;
  history.pushState(null, "", page.address);
  showPage(page);
  return true;
}

/** The browser went back or forward. */
async function followHistory() {
  const [turn, slot] = [++turns.count, slotOf(location.pathname)];
  if (slot === here()) return; // another part of this page, or back again before anything was shown
  let page = null;
  try {
    page = slot ? await take(slot) : null;
  } catch {
    if (turn !== turns.count) return;
    history.pushState(null, "", addressOf(here()));
    look();
    tell(say("page_waits"));
    return;
  }
  if (turn !== turns.count) return;
  if (page && !state.isClosed) showPage(page);
  else location.reload();
}

/** Show a page that was fetched in place of this one. What is on its way to the server goes on. */
function showPage({ slot, title, form, messages, at }) {
  document.activeElement?.blur(); // what is typed in a field changes it now, while its card is there
  putWhatIsPaused();
  putInPlace(form, messages);
  document.title = title;
  markHere(slot);
  takeStock();
  putToken();
  form.dispatchEvent(new CustomEvent("page-shown", { bubbles: true }));
  adopt();
  begin();
  askAgain();
  followFlags();
  scrollTo(0, 0);
  form.querySelector(".stem")?.focus({ preventScroll: true });
  announce(title);
  turns.shownAt = performance.now();
  fetchNext();
  if (performance.now() - at > FRESH_MS) askState().then(reloadIfBehind, () => {});
}

function putInPlace(form, messages) {
  const navigator = state.form.querySelector(".nav-questions"); // it knows what was answered meanwhile
  document.adoptNode(form).querySelector(".nav-questions").replaceWith(navigator);
  state.form.replaceWith(form);
  document.querySelector(".messages")?.remove();
  if (messages) document.getElementById("main").prepend(document.adoptNode(messages));
}

/** Ask again which answer counts, where that was not said before the page was left: its card is gone. */
function askAgain() {
  for (const [slot, entry] of state.queue.entries) {
    if (entry.stopped && !state.cards.has(slot)) state.queue.insist(slot, entry.answer, state.queue.revisions.get(slot) ?? 0);
  }
}

const reloadIfBehind = (said) => said.is_open && isBehind(said) && location.reload();

const savesData = () => Boolean(navigator.connection?.saveData);

function fetchNext() {
  const slot = Number(state.form.querySelector(".turn [data-next]")?.dataset.turn ?? 0);
  const fetchIt = () => state.queue.trouble || state.pages.fetch(slot, "low");
  state.pages.keepOnly(slot);
  if (!slot || savesData()) return;
  if (globalThis.requestIdleCallback) requestIdleCallback(fetchIt, { timeout: 1_000 });
  else setTimeout(fetchIt, 300);
}

/** Somebody presses a button that turns to a page, or points at one below the question. */
function fetchWhatIsMeant({ type, target }) {
  const isPressed = type === "pointerdown";
  const button = target.closest(isPressed ? "[data-turn]" : ".turn [data-turn]");
  const slot = Number(button?.dataset.turn ?? 0);
  if (slot && slot !== here() && !state.queue.trouble && (isPressed || !savesData())) state.pages.fetch(slot);
}

/** From now on turn pages in place, where one may go to and fro. */
export function startTurning() {
  if (!state.form?.querySelector(".turn [data-turn]")) return;
  state.pages = new Pages(load);
  addEventListener("popstate", followHistory);
  state.root.addEventListener("click", countClick, { capture: true });
  for (const kind of ["pointerdown", "pointerover"]) state.root.addEventListener(kind, fetchWhatIsMeant);
  fetchNext();
}

// A page, fetched and taken apart ------------------------------------------------------------------------------------------

/**
 * The page of a question: {slot, address, title, form, messages, at}. Null where it is another page than was asked for,
 * such as the result of an attempt that is over, or of another version of the site. Fails without a connection.
 */
async function load(slot, priority = "auto") {
  const address = addressOf(slot);
  const response = await fetch(address, {
    priority,
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
function revisionOf({ form, slot }) {
  return Number(form.querySelector(`.question[data-slot="${slot}"]`)?.dataset.revision ?? 0);
}
