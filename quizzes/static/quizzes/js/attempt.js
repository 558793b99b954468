// The attempt page: saves answers as they are given, counts down, turns pages. Without it the plain form does all of this.

import { Clock, timeWords } from "./clock.js";
import { alike, isEmpty, read, readHtml, readInitial, same, write } from "./fields.js";
import { Held } from "./held.js";
import { Queue } from "./queue.js";
import { Remarks } from "./remarks.js";
import { say } from "./words.js";

const TYPING_PAUSE_MS = 700;
const CHOOSING_PAUSE_MS = 150;
const LONGEST_PAUSE_MS = 5_000; // of somebody who types without a pause
const STATE_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 20_000;
const FLUSH_MS = 4_000;
const NOTICE_MS = 30_000;
const MOVED_SECONDS = 20; // a deadline that moves by less was only counted a little wrong

const root = document.getElementById("attempt");
const form = document.querySelector("[data-form]");
const [banner, notice, announcer] = ["[data-banner]", "[data-notice]", "[data-announce]"].map((one) => root.querySelector(one));
const cards = new Map(
  [...root.querySelectorAll(".question[data-slot]")].map((card) => [Number(card.dataset.slot), card]),
);
const settled = new Map(); // slot → the answer that the server has, as far as this page knows
const refusals = new Set(); // slots whose answer the server did not take; their fields are posted, so that it can say why
const lost = new Map(); // slot → answer that came too late: shown so that nobody wonders, sent anew if the attempt is reopened
const remarks = new Map([...cards].map(([slot, card]) => [slot, new Remarks(card, slot)]));
const person = `${root.dataset.attempt}:${root.dataset.learner}`;
const held = new Held(`quizsite:held:${person}`);
const longest = Number(root.dataset.longest); // characters, of any text
let csrf = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
let isClosed = false;

const queue = new Queue(
  {
    key: `quizsite:attempt:${person}`,
    url: root.dataset.save,
    token: () => csrf,
    refresh: askState,
  },
  { saved, refused, conflict, closed, isStored, changed: showTrouble },
);
const clock = new Clock({ show: showTime, warn, over: timeIsOver, gap: look });
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Telling ------------------------------------------------------------------------------------------------------------

function setState(slot, kind, text) {
  const line = cards.get(slot)?.querySelector("[data-state]");
  if (!line) return;
  line.className = `state ${kind}`;
  line.textContent = text;
}

function announce(text) {
  announcer.textContent = "";
  setTimeout(() => (announcer.textContent = text), 50);
}

/** One notice at a time: what is told for a moment goes before the banner, until there is something new to show in it. */
function show(text, kind, ...more) {
  if (banner.hidden || banner.className !== `banner banner-${kind}`) notice.hidden = true;
  banner.className = `banner banner-${kind}`;
  banner.replaceChildren(text, ...more);
  banner.hidden = false;
}

let noticeTimer = 0;
function tell(text) {
  notice.textContent = text;
  notice.hidden = false;
  announce(text);
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => (notice.hidden = true), NOTICE_MS);
}

function make(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

function button(text, act) {
  const node = make("button", { type: "button", className: "btn btn-outline-primary btn-sm" }, text);
  node.addEventListener("click", act);
  return node;
}

let told = "";
function showTrouble() {
  if (isClosed) return;
  const { trouble, waiting } = queue;
  const count = waiting === 0 ? "none" : waiting === 1 ? "one" : "many";
  if (trouble === "logged_out" || trouble === "stranger") {
    const href = `${root.dataset.login}?next=${encodeURIComponent(root.dataset.home)}`;
    show(say(trouble), trouble, " ", make("a", { href, target: "_blank" }, say("log_in")));
  } else if (trouble) {
    show(say(`${clock.isOver ? "over" : trouble}_${count}`, { n: waiting }), trouble);
  } else if (told) {
    banner.hidden = true;
  }
  if (trouble) for (const slot of queue.entries.keys()) setState(slot, "waiting", say("waiting"));
  if (trouble && trouble !== told) announce(banner.textContent);
  if (trouble || !waiting) {
    if (told && !trouble) announce(say("all_saved"));
    told = trouble;
  }
}

function showDots() {
  const dots = [...document.querySelectorAll("[data-dot]")];
  const [a, f] = ["done", "flag"].map((name) => dots.filter((dot) => dot.classList.contains(name)).length);
  const counts = document.querySelector("[data-counts]");
  if (counts) counts.textContent = say("counts", { a, f, t: dots.length - a });
  const bar = document.querySelector("[data-progress]");
  if (bar && dots.length) bar.value = a;
}

function mark(slot, name, isOn) {
  const dot = document.querySelector(`[data-dot="${slot}"]`);
  if (!dot) return;
  dot.classList.toggle(name, isOn);
  const words = ["done", "flag"].filter((one) => dot.classList.contains(one)).map((one) => say(`dot_${one}`));
  const named = dot.querySelector("[aria-label]");
  if (named) named.ariaLabel = [say("question", { n: slot }), ...words].join(", ");
  showDots();
}

// Saving -------------------------------------------------------------------------------------------------------------

const pauses = new Map();
const since = new Map(); // slot → when the first change was made that is not kept yet

function changed(slot, milliseconds) {
  if (isClosed) return;
  setState(slot, "saving", say("saving"));
  clearTimeout(pauses.get(slot));
  if (!since.has(slot)) since.set(slot, performance.now());
  const left = since.get(slot) + LONGEST_PAUSE_MS - performance.now();
  pauses.set(slot, setTimeout(() => put(slot), Math.min(milliseconds, left)));
}

function put(slot) {
  clearTimeout(pauses.get(slot));
  pauses.delete(slot);
  since.delete(slot);
  const answer = sendable(slot);
  remarks.get(slot).show();
  hold(slot);
  if (!queue.has(slot) && settled.has(slot) && same(answer, settled.get(slot))) showSaved(slot);
  else queue.put(slot, answer);
}

/** The answer, with what is stored in place of a text that is too long: a part of it would mean something else. */
function sendable(slot) {
  const answer = read(cards.get(slot), slot);
  const stored = settled.get(slot) ?? {};
  for (const name of Object.keys(remarks.get(slot).tooLong(longest))) answer[name] = stored[name] ?? [];
  return answer;
}

/** Keep on this device what cannot be sent, and say so. */
function hold(slot) {
  const texts = remarks.get(slot).tooLong(longest);
  if (!Object.keys(texts).length) return held.drop(slot);
  if (!held.has(slot)) announce(remarks.get(slot).news());
  return held.keep(slot, texts, queue.revisions.get(slot) ?? 0);
}

function putWhatIsPaused() {
  for (const slot of [...pauses.keys()]) put(slot);
}

function showSaved(slot) {
  if (pauses.has(slot)) return; // more was typed since, and that is not saved yet
  const line = cards.get(slot)?.querySelector("[data-state]");
  if (!line) return;
  if (held.has(slot)) setState(slot, "refused", say("not_taken"));
  else if (line.dataset.saved && remarks.get(slot).isUnread) setState(slot, "unread", say("unread"));
  else setState(slot, line.dataset.saved ? "saved" : "", line.dataset.saved ?? "");
}

function isSavedAs(slot, answer, { revision, saved: at, remarks: told = [] }) {
  const card = cards.get(slot);
  settled.set(slot, answer);
  refusals.delete(slot);
  mark(slot, "done", !isEmpty(answer));
  if (!card) return;
  card.querySelector(`[name="q${slot}-revision"]`).value = revision;
  card.querySelector("[data-state]").dataset.saved = say("saved", { at });
  remarks.get(slot).show(told);
  hold(slot);
  showSaved(slot);
}

function saved(slot, sent, body, isSettled) {
  if (body.seconds_left !== undefined) sync(body.seconds_left);
  if (!isSettled) return;
  isSavedAs(slot, sent, body);
  if (pauses.has(slot)) return;
  const words = remarks.get(slot)?.isUnread ? say("unread") : say("saved", { at: body.saved });
  announce([words, remarks.get(slot)?.news()].filter(Boolean).join(". "));
}

function refused(slot, { message = say("too_large"), where = "" }, answer = null) {
  refusals.add(slot);
  if (answer) held.keep(slot, answer, queue.revisions.get(slot) ?? 0);
  if (!cards.has(slot)) return tell(`${say("question", { n: slot })}: ${say("refused")}: ${message}`);
  if (answer?.[where]) remarks.get(slot).show([{ field: where, message, is_unread: true }]);
  setState(slot, "refused", `${say("refused")}: ${message}`);
  return announce(message);
}

const storedAnswer = (slot, { html = "" }) => readHtml(html, slot);

function isStored(slot, sent, body) {
  return alike(storedAnswer(slot, body), sent);
}

/** Ask which of two answers counts; for a question of another page, above this one. */
function conflict(slot, mine, body) {
  const card = cards.get(slot);
  const box = card?.querySelector("[data-conflict]") ?? make("div", { className: "conflict alert alert-warning" });
  const own = () => (card ? sendable(slot) : mine);
  const where = card ? "" : `${say("question", { n: slot })}: `;
  const text = make("p", {}, where, say("conflict", { at: body.saved }), " ", make("bdi", {}, body.answer || say("no_answer")));
  const use = () => {
    const theirs = storedAnswer(slot, body);
    if (card) write(card, slot, theirs);
    queue.know(slot, body.revision);
    queue.drop(slot);
    isSavedAs(slot, theirs, body);
  };
  const keep = () => {
    setState(slot, "saving", say("saving"));
    queue.insist(slot, own(), body.revision);
  };
  const choice = (word, act) =>
    button(say(word), () => {
      box.hidden = true;
      clearTimeout(pauses.get(slot));
      pauses.delete(slot);
      since.delete(slot);
      act();
      (card?.querySelector("[data-answer] :is(input, select, textarea)") ?? document.getElementById("main")).focus();
    });
  setState(slot, "conflict", "");
  box.replaceChildren(text, make("p", { className: "actions" }, choice("use_theirs", use), " ", choice("keep_mine", keep)));
  box.hidden = false;
  if (!box.isConnected) root.prepend(box);
  box.scrollIntoView({ block: "center" });
  announce(text.textContent);
}

const openConflict = () => [...root.querySelectorAll(".conflict:not([hidden]) button")][0];

/** An answer came after the end: of the attempt, or of this question in practice. */
async function closed(slot, sent, body) {
  const answer = cards.has(slot) ? sendable(slot) : sent;
  const isLost = !isEmpty(answer) && !isStored(slot, answer, body);
  if (isLost) queue.shelve(slot, answer); // the result names it, and it is sent if the attempt is opened again
  const state = await askState().catch(() => null);
  if (state?.is_open) {
    queue.drop(slot);
    return refused(slot, body);
  }
  if (isLost) lost.set(slot, answer);
  setState(slot, "refused", say("refused"));
  return showClosed(state?.message || body.message, body.result);
}

function showClosed(message, result = root.dataset.result) {
  if (!isClosed) putWhatIsPaused(); // too late, but then it is said so
  isClosed = true;
  lock(true);
  notice.hidden = true;
  if (face) face.closest(".timer").hidden = true;
  const parts = [" ", make("a", { href: result, className: "btn btn-primary btn-sm" }, say("see_result"))];
  const late = [...lost.keys()].sort((one, other) => one - other);
  if (late.length) parts.push(make("p", {}, say("not_counted")), listed(late));
  if (held.slots.length) parts.push(make("p", {}, say("not_taken_counted")), listed(held.slots));
  show(message || say("closed"), "closed", ...parts);
  announce(banner.textContent);
}

function listed(slots) {
  const items = slots.map((slot) => {
    const stem = cards.get(slot)?.querySelector(".stem")?.textContent ?? "";
    return make("li", {}, say("question", { n: slot }) + (stem && `: ${stem}`));
  });
  return make("ul", {}, ...items);
}

/** An instructor opened the attempt again: it goes on here, and what came too late is in time now. */
function openAgain() {
  isClosed = false;
  told = "";
  banner.hidden = true;
  lock(false);
  if (face) face.closest(".timer").hidden = false;
  for (const [slot, answer] of lost) {
    setState(slot, "saving", say("saving"));
    queue.drop(slot); // from the shelf
    queue.put(slot, cards.has(slot) ? sendable(slot) : answer);
  }
  lost.clear();
  tell(say("open_again"));
}

const open = [...root.querySelectorAll(".question :is(input, select, textarea):enabled")];

function lock(isLocked) {
  for (const field of open) field.disabled = isLocked;
}

// Time ---------------------------------------------------------------------------------------------------------------

const face = document.querySelector("[data-clock]");
const hide = document.querySelector("[data-hide-clock]");

/** A choice of this person on this device, such as to hide the clock. */
function preference(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(`quizsite:${name}`);
    localStorage.setItem(`quizsite:${name}`, value);
  } catch {
    // storage is switched off: the choice holds for this page
  }
  return value ?? null;
}

let isClockHidden = preference("clock") === "hidden";

function showTime(text, isLastMinute) {
  if (!face) return;
  const shown = isClockHidden && !isLastMinute ? "" : text;
  if (face.textContent !== shown) face.textContent = shown;
  face.closest(".timer").classList.toggle("soon", isLastMinute);
  hide.hidden = isLastMinute; // nobody may hide it then
}

function hideClock(isHidden) {
  isClockHidden = isHidden;
  hide.textContent = say(isHidden ? "show_clock" : "hide_clock");
  clock.tick();
}

function warn(limit) {
  if (!isClosed) tell(say(limit === 60 ? "one_minute" : "five_minutes"));
}

function sync(seconds, isTold = false) {
  const moved = clock.sync(seconds);
  if (isTold) return;
  if (moved > MOVED_SECONDS) tell(seconds === null ? say("no_limit") : say("more_time", { time: timeWords(seconds) }));
  else if (moved < -MOVED_SECONDS) tell(say("less_time"));
}

let asking = null;
function askState() {
  asking ??= fetchState().finally(() => (asking = null));
  return asking;
}

async function fetchState() {
  const response = await fetch(root.dataset.state, {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    signal: AbortSignal.timeout(STATE_TIMEOUT_MS), // everybody who asks waits for this one
  });
  if (response.status === 401) queue.fail("logged_out");
  if (response.status === 404) queue.fail("stranger");
  if (!response.ok) throw new Error(String(response.status));
  const state = await response.json();
  csrf = state.csrf;
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = csrf;
  if (state.is_open) {
    const isNew = isClosed;
    if (isNew) openAgain();
    sync(state.seconds_left, isNew);
  } else if (!isClosed) showClosed(state.message, state.result);
  queue.nudge();
  return state;
}

/** Also when it is closed: it may have been opened again. */
function look() {
  askState().catch(() => {});
}

async function timeIsOver() {
  tell(say("time_over"));
  putWhatIsPaused();
  lock(true);
  showTrouble(); // nobody can go on answering now
  while (!isClosed) {
    await queue.flush(FLUSH_MS);
    const state = await askState().catch(() => null); // the server knows whether time is over
    if (state?.is_open && state.seconds_left !== 0) return lock(false);
    if (!isClosed) await pause(1_500); // the grace for answers under way, or a connection that is away
  }
  await queue.flush(FLUSH_MS);
  if (!queue.waiting && !lost.size && !held.slots.length) location.replace(root.dataset.result);
  return null;
}

// Turning pages ------------------------------------------------------------------------------------------------------

let going = ""; // "saving" while the page waits for acknowledgements, "ready" when it may go, "gone" when it does

async function leave(event) {
  if (going === "ready") {
    going = "gone";
    setTimeout(() => (going = ""), 8_000); // somebody stopped the loading of the next page
    return;
  }
  event.preventDefault();
  if (going) return; // a second click
  going = "saving";
  const unread = unreadSlots();
  const isSaved = await flushed();
  const isStaying = event.submitter?.dataset.stay !== undefined || !isSaved || isToldFirst(event.target, unread);
  going = isStaying ? "" : "ready";
  if (!isSaved && !isClosed && !openConflict()) tell(say(event.target === form ? "page_waits" : "not_submitted"));
  if (!isStaying) setTimeout(() => event.target.requestSubmit(event.submitter), 0); // not while it is still being asked to
  else if (isSaved) announce(say("all_saved"));
}

async function flushed() {
  putWhatIsPaused();
  const isSaved = await queue.flush(FLUSH_MS);
  const choice = openConflict();
  const isOnline = navigator.onLine || (await askState().then(() => true, () => false)); // some systems say offline and are not
  if (choice) {
    tell(say("choose_first"));
    choice.focus();
    choice.closest(".conflict").scrollIntoView({ block: "center" });
  } else if (isSaved && !isOnline) queue.fail("offline");
  else showTrouble();
  return isSaved && !choice && isOnline;
}

const unreadSlots = () => [...cards.keys()].filter((slot) => remarks.get(slot).isUnread);
const toldOf = new Set(); // slots whose text is not taken, as a pressed button has said; a second press goes on without it

/** Stay where a text is not taken, or what was saved just now cannot be read; at a second press go on. */
function isToldFirst(target, unreadBefore) {
  const isHere = (slot) => target !== form || cards.has(slot);
  const notTaken = held.slots.filter((slot) => isHere(slot) && !toldOf.has(slot) && !refusals.has(slot));
  const unread = unreadSlots().filter((slot) => !unreadBefore.includes(slot));
  const slots = notTaken.length ? notTaken : unread;
  if (!slots.length) return false;
  for (const slot of notTaken) toldOf.add(slot);
  const names = slots.map((slot) => say("question", { n: slot })).join(", ");
  tell(say(notTaken.length ? "not_taken_first" : "unread_first", { names }));
  cards.get(slots[0])?.querySelector("[aria-invalid]")?.focus();
  return true;
}

/** What is acknowledged need not be posted again. */
function leaveOutSaved({ formData }) {
  for (const name of [...formData.keys()]) {
    const slot = /^q(\d+)-/.exec(name);
    if (slot && !refusals.has(Number(slot[1]))) formData.delete(name);
  }
}

async function flag(event) {
  const pressed = event.currentTarget;
  const slot = Number(pressed.closest("[data-slot]").dataset.slot);
  const isFlagged = pressed.getAttribute("aria-pressed") !== "true";
  event.preventDefault();
  try {
    const response = await fetch(root.dataset.flag, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify({ slot, flagged: isFlagged }),
    });
    if (!response.ok) throw new Error(String(response.status));
  } catch {
    look();
    return tell(say("flag_failed"));
  }
  pressed.setAttribute("aria-pressed", String(isFlagged));
  [pressed.formAction, pressed.dataset.other] = [pressed.dataset.other, pressed.formAction];
  pressed.querySelector("[data-flag-on]").hidden = !isFlagged;
  pressed.querySelector("[data-flag-off]").hidden = isFlagged;
  return mark(slot, "flag", isFlagged);
}

let areKeysOn = preference("keys") !== "off";

function setKeys(areOn) {
  areKeysOn = areOn;
  document.querySelector("[data-keys-toggle]").textContent = say(areOn ? "keys_off" : "keys_on");
}

function onKey(event) {
  const target = event.target;
  const isTyping = target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (!areKeysOn || cards.size !== 1) return;
  const [[, card]] = [...cards];
  const press = (...names) => names.some((name) => {
    const pressed = form.querySelector(`.turn [data-${name}]`);
    pressed?.click();
    return pressed;
  });
  if (/^[1-9]$/.test(event.key)) card.querySelectorAll(".opt-input")[Number(event.key) - 1]?.click();
  else if (event.key === "f" || event.key === "F") card.querySelector("[data-flag]")?.click();
  else if (event.key === "Enter" && target.matches(".stem, .verdict-band")) press("next", "review");
  else if (event.key === "ArrowRight" && !target.matches("[type=radio]")) press("next");
  else if (event.key === "ArrowLeft" && !target.matches("[type=radio]")) press("back");
}

// Beginning ----------------------------------------------------------------------------------------------------------

function restore() {
  for (const [slot, card] of cards) {
    queue.know(slot, Number(card.dataset.revision));
    settled.set(slot, readInitial(card, slot));
    const line = card.querySelector("[data-state]");
    if (line.textContent) line.dataset.saved = line.textContent;
  }
  for (const [key, { answer, revision, tried }] of Object.entries(queue.stored())) {
    const slot = Number(key);
    const card = cards.get(slot);
    if (card && same(settled.get(slot), answer)) {
      queue.forget(slot, answer);
      continue;
    }
    // Sent on the revision it was based on: if another device went on meanwhile, the server says so.
    queue.revisions.set(slot, revision);
    if (card) write(card, slot, answer);
    setState(slot, "saving", say("saving"));
    queue.put(slot, answer, tried);
  }
  const isOpen = (slot) => cards.get(slot)?.querySelector("[data-answer] :is(input, select, textarea):enabled");
  for (const slot of held.slots.filter(isOpen)) {
    queue.revisions.set(slot, Math.min(held.revisions.get(slot), queue.revisions.get(slot)));
    write(cards.get(slot), slot, { ...read(cards.get(slot), slot), ...held.texts.get(slot) });
  }
  // Answers given before this script ran; on a slow line that takes a while.
  for (const [slot, card] of cards) if (!same(read(card, slot), settled.get(slot))) changed(slot, 0);
}

/** The browser shows this page again as it was left: another page may have gone on with its answers meanwhile. */
function comeBack(state) {
  if (!state.is_open) return location.replace(state.result);
  const isBehind = (slot) => state.revisions[slot] > queue.revisions.get(slot) && !queue.has(slot);
  return [...cards.keys()].some(isBehind) && location.reload();
}

/** Seconds since the server made this page: part of the time left is gone before a script runs. */
function secondsSinceSent() {
  const sent = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
  return sent ? Math.min(30, Math.max(0, (performance.now() - sent) / 1000)) : 0;
}

document.documentElement.classList.add("scripted");
restore();
if (face) {
  hide.hidden = false;
  hide.addEventListener("click", () => hideClock(preference("clock", isClockHidden ? "shown" : "hidden") === "hidden"));
  clock.sync(Math.max(0, Number(root.dataset.secondsLeft) - secondsSinceSent()));
  hideClock(isClockHidden);
}
for (const [slot, card] of cards) {
  const answer = card.querySelector("[data-answer]");
  answer.addEventListener("input", (event) => {
    remarks.get(slot).show();
    const isText = event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
    changed(slot, isText ? TYPING_PAUSE_MS : CHOOSING_PAUSE_MS);
  });
  answer.addEventListener("change", () => changed(slot, CHOOSING_PAUSE_MS));
  card.querySelector("[data-flag]")?.addEventListener("click", flag);
}
const keys = document.querySelector("[data-keys]");
if (keys && cards.size === 1) {
  keys.hidden = false;
  keys.querySelector("[data-keys-toggle]").addEventListener("click", () => setKeys(preference("keys", areKeysOn ? "off" : "on") === "on"));
  setKeys(areKeysOn);
}
form?.addEventListener("submit", leave);
form?.addEventListener("formdata", leaveOutSaved);
document.querySelector("[data-submit-form]")?.addEventListener("submit", leave);
document.addEventListener("keydown", onKey);
addEventListener("pagehide", () => {
  putWhatIsPaused();
  queue.sendAll({ keepalive: true });
});
addEventListener("pageshow", (event) => {
  going = "";
  if (event.persisted) askState().then(comeBack, () => {});
});
addEventListener("beforeunload", (event) => {
  if (!isClosed && (queue.unkept.size || held.unkept.size)) event.preventDefault(); // the browser asks whether to leave
});
addEventListener("online", look);
addEventListener("offline", () => queue.fail("offline"));
addEventListener("focus", look);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") look();
  else putWhatIsPaused(); // a phone may end a page that is not seen without another word
});
setInterval(() => document.visibilityState === "visible" && look(), HEARTBEAT_MS);
