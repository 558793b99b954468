// The attempt page: saves answers as they are given, counts down, turns pages. Without it the plain form does all of this.

import { Clock } from "./clock.js";
import { isEmpty, read, same, write } from "./fields.js";
import { Queue } from "./queue.js";
import { say } from "./words.js";

const TYPING_PAUSE_MS = 700;
const CHOOSING_PAUSE_MS = 150;
const HEARTBEAT_MS = 20_000;
const FLUSH_MS = 4_000;

const root = document.getElementById("attempt");
const form = document.querySelector("[data-form]");
const banner = root.querySelector("[data-banner]");
const announcer = root.querySelector("[data-announce]");
const cards = new Map(
  [...root.querySelectorAll(".question[data-slot]")].map((card) => [Number(card.dataset.slot), card]),
);
const lost = []; // answers that came too late, shown so that nobody wonders
let csrf = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
let isLeaving = false;

const queue = new Queue(
  {
    key: `quizsite:attempt:${root.dataset.attempt}:${root.dataset.learner}`,
    url: root.dataset.save,
    token: () => csrf,
    refresh: () => askState(),
  },
  { saved, refused, conflict, closed, isStored, changed: showTrouble },
);
const clock = new Clock({ show: showTime, warn, over: timeIsOver, gap: () => askState().catch(() => {}) });

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

function show(text, kind = "warning", ...more) {
  banner.className = `banner banner-${kind}`;
  banner.replaceChildren(text, ...more);
  banner.hidden = false;
}

function link(text, href, attributes = {}) {
  const anchor = document.createElement("a");
  anchor.textContent = text;
  anchor.href = href;
  Object.assign(anchor, attributes);
  return anchor;
}

let hadTrouble = false;
function showTrouble() {
  const count = queue.waiting;
  if (queue.trouble === "logged_out") {
    const next = encodeURIComponent(root.dataset.state);
    show(say("logged_out"), "warning", " ", link(say("log_in"), `${root.dataset.login}?next=${next}`, { target: "_blank" }));
  } else if (queue.trouble && count) {
    const kind = queue.trouble === "offline" ? "offline" : "retry";
    show(say(count === 1 ? `${kind}_one` : `${kind}_many`, { n: count }), kind);
    for (const slot of queue.entries.keys()) setState(slot, "waiting", say("waiting"));
  } else if (hadTrouble && !queue.trouble) {
    if (!lost.length) banner.hidden = true;
    if (!count) announce(say("all_saved"));
  }
  if (Boolean(queue.trouble) !== hadTrouble && queue.trouble) announce(banner.textContent);
  hadTrouble = Boolean(queue.trouble);
}

function showDot(slot, isAnswered) {
  document.querySelector(`[data-dot="${slot}"]`)?.classList.toggle("done", isAnswered);
  const bar = document.querySelector("[data-progress]");
  if (bar) bar.value = document.querySelectorAll("[data-dot].done").length;
}

// Saving -------------------------------------------------------------------------------------------------------------

const pauses = new Map();

function changed(slot, pause) {
  setState(slot, "saving", say("saving"));
  clearTimeout(pauses.get(slot));
  const put = () => {
    pauses.delete(slot);
    queue.put(slot, read(cards.get(slot), slot));
  };
  pauses.set(slot, setTimeout(put, pause));
}

function putWhatIsPaused() {
  for (const [slot, timer] of [...pauses]) {
    clearTimeout(timer);
    pauses.delete(slot);
    queue.put(slot, read(cards.get(slot), slot));
  }
}

function setRevision(slot, revision) {
  const field = cards.get(slot)?.querySelector(`[name="q${slot}-revision"]`);
  if (field) field.value = revision;
}

function saved(slot, body, isSettled) {
  setRevision(slot, body.revision);
  if (body.seconds_left !== undefined) moved(clock.sync(body.seconds_left));
  if (isSettled) {
    setState(slot, "saved", say("saved", { at: body.saved }));
    if (cards.has(slot)) showDot(slot, !isEmpty(read(cards.get(slot), slot)));
  }
}

function refused(slot, _sent, body) {
  setState(slot, "refused", `${say("refused")}: ${body.message ?? ""}`);
  announce(body.message ?? "");
}

function storedAnswer(slot, body) {
  const holder = document.createElement("div");
  holder.innerHTML = body.html ?? ""; // our own server's rendering of the same card, already escaped there
  return read(holder, slot);
}

function isStored(slot, sent, body) {
  return same(storedAnswer(slot, body), sent);
}

function conflict(slot, mine, body) {
  const box = cards.get(slot)?.querySelector("[data-conflict]");
  setState(slot, "conflict", "");
  if (!box) return;
  const theirs = document.createElement("p");
  const value = document.createElement("bdi");
  value.textContent = body.answer || say("no_answer");
  theirs.append(say("conflict", { at: body.saved }), " ", value);
  const use = button(say("use_theirs"), () => {
    write(cards.get(slot), slot, storedAnswer(slot, body));
    cards.get(slot).dispatchEvent(new CustomEvent("answer-replaced"));
    queue.know(slot, body.revision);
    queue.drop(slot);
    setRevision(slot, body.revision);
    settle(say("saved", { at: body.saved }));
  });
  const keep = button(say("keep_mine"), () => {
    queue.know(slot, body.revision);
    queue.put(slot, read(cards.get(slot), slot));
    settle(say("saving"));
  });
  const settle = (text) => {
    box.hidden = true;
    setState(slot, "saved", text);
  };
  box.replaceChildren(theirs, use, " ", keep);
  box.hidden = false;
  announce(theirs.textContent);
}

function button(text, act) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "btn btn-outline-primary btn-sm";
  node.textContent = text;
  node.addEventListener("click", act);
  return node;
}

function closed(slot, sent, body) {
  if (!isEmpty(sent) && body.error === "closed") lost.push({ slot, words: Object.values(sent).flat().join(", ") });
  setState(slot, "refused", say("refused"));
  showClosed(body.message || say("closed"), body.result);
}

function showClosed(message, result = root.dataset.result) {
  const parts = [" ", link(say("see_result"), result, { className: "btn btn-primary btn-sm" })];
  if (lost.length) {
    const list = document.createElement("ul");
    for (const { slot } of lost) {
      const item = document.createElement("li");
      const text = cards.get(slot)?.querySelector(".stem")?.textContent ?? "";
      item.textContent = `${slot}. ${text}`;
      list.append(item);
    }
    parts.push(document.createElement("br"), say("not_counted"), list);
  }
  show(message, "closed", ...parts);
  for (const field of root.querySelectorAll(".question input, .question select, .question textarea")) field.disabled = true;
}

// Time ---------------------------------------------------------------------------------------------------------------

const face = document.querySelector("[data-clock]");
const hide = document.querySelector("[data-hide-clock]");

function showTime(text, isLastMinute) {
  if (!face) return;
  const isHidden = hide.getAttribute("aria-pressed") === "true" && !isLastMinute;
  face.textContent = isHidden ? "" : text;
  face.closest(".timer").classList.toggle("last-minute", isLastMinute);
}

function warn(limit) {
  const text = say(limit === 60 ? "one_minute" : "five_minutes");
  show(text, "time");
  announce(text);
}

function moved(seconds) {
  if (Math.abs(seconds) > 20) {
    show(say("more_time"), "info");
    announce(say("more_time"));
  }
}

async function askState() {
  const response = await fetch(root.dataset.state, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (response.status === 401) {
    queue.fail("logged_out");
    throw new Error("logged out");
  }
  if (!response.ok) throw new Error(String(response.status));
  const state = await response.json();
  csrf = state.csrf;
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = csrf;
  if (!state.is_open) {
    showClosed(state.message, state.result);
    return state;
  }
  moved(clock.sync(state.seconds_left));
  queue.recovered();
  return state;
}

async function timeIsOver() {
  show(say("time_over"), "time");
  announce(say("time_over"));
  putWhatIsPaused();
  await queue.flush(FLUSH_MS);
  try {
    const state = await askState(); // the server knows whether time is over
    if (state.is_open && state.seconds_left === 0) setTimeout(timeIsOver, 1_500); // the grace for answers under way
    else if (!state.is_open && !lost.length) location.replace(state.result);
  } catch {
    setTimeout(timeIsOver, 2_000);
  }
}

// Turning pages ------------------------------------------------------------------------------------------------------

async function leave(event) {
  if (isLeaving) return;
  event.preventDefault();
  const pressed = event.submitter;
  putWhatIsPaused();
  if (await queue.flush(FLUSH_MS)) {
    isLeaving = true;
    setTimeout(() => event.target.requestSubmit(pressed), 0); // a form does not submit while it is still being asked to
  } else {
    showTrouble();
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
    if (!response.ok) return;
  } catch {
    return; // a flag is a note to oneself; it is set again when the connection is back
  }
  pressed.setAttribute("aria-pressed", String(isFlagged));
  pressed.value = `${isFlagged ? "unflag" : "flag"}:${slot}`;
  pressed.querySelector("[data-flag-on]").hidden = !isFlagged;
  pressed.querySelector("[data-flag-off]").hidden = isFlagged;
  document.querySelector(`[data-dot="${slot}"]`)?.classList.toggle("flag", isFlagged);
}

function onKey(event) {
  const target = event.target;
  const isTyping = target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || cards.size !== 1) return;
  const [[, card]] = [...cards];
  const press = (value) => form.querySelector(`.turn [name=go][value="${value}"]`)?.click();
  if (/^[1-9]$/.test(event.key)) card.querySelectorAll(".opt-input")[Number(event.key) - 1]?.click();
  else if (event.key === "f" || event.key === "F") card.querySelector("[data-flag]")?.click();
  else if (event.key === "ArrowRight" && !target.matches("[type=radio]")) press("next");
  else if (event.key === "ArrowLeft" && !target.matches("[type=radio]")) press("back");
}

// Beginning ----------------------------------------------------------------------------------------------------------

function restore() {
  const kept = queue.stored();
  for (const [slot, card] of cards) queue.know(slot, Number(card.dataset.revision));
  for (const [key, { answer, revision }] of Object.entries(kept)) {
    const slot = Number(key);
    const card = cards.get(slot);
    if (!card) {
      queue.know(slot, revision);
      queue.put(slot, answer);
    } else if (!same(read(card, slot), answer)) {
      // Sent on the revision it was based on: if another device went on meanwhile, the server says so.
      queue.revisions.set(slot, revision);
      write(card, slot, answer);
      queue.put(slot, answer);
    }
  }
  queue.keep();
}

root.classList.add("scripted");
document.documentElement.classList.add("scripted");
restore();
if (root.dataset.secondsLeft !== undefined) {
  clock.sync(Number(root.dataset.secondsLeft));
  hide.hidden = false;
  hide.addEventListener("click", () => {
    const isHidden = hide.getAttribute("aria-pressed") !== "true";
    hide.setAttribute("aria-pressed", String(isHidden));
    hide.textContent = say(isHidden ? "show" : "hide");
    clock.tick();
  });
}
for (const [slot, card] of cards) {
  const answer = card.querySelector("[data-answer]");
  answer.addEventListener("input", (event) => {
    const isText = event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
    changed(slot, isText ? TYPING_PAUSE_MS : CHOOSING_PAUSE_MS);
  });
  answer.addEventListener("change", () => changed(slot, CHOOSING_PAUSE_MS));
  card.querySelector("[data-flag]")?.addEventListener("click", flag);
}
form?.addEventListener("submit", leave);
document.querySelector("[data-submit-form]")?.addEventListener("submit", leave);
document.addEventListener("keydown", onKey);
addEventListener("pagehide", () => {
  putWhatIsPaused();
  queue.sendAll({ keepalive: true });
});
addEventListener("pageshow", (event) => {
  isLeaving = false;
  if (event.persisted) askState().then((state) => state.is_open || location.replace(state.result), () => {});
});
addEventListener("online", () => askState().then(() => queue.sendAll(), () => {}));
addEventListener("offline", () => {
  if (queue.waiting) queue.fail("offline");
});
addEventListener("focus", () => {
  if (queue.trouble) queue.sendAll();
  askState().catch(() => {});
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") askState().catch(() => {});
});
setInterval(() => {
  if (document.visibilityState === "visible") askState().catch(() => {});
}, HEARTBEAT_MS);
