// The attempt page: saves answers as they are given, counts down, turns pages. Without it the plain form does all of this.
// What the modules in attempt/ know together is in attempt/state.js; here they are told what the browser tells.

import { markUnsaved, showTrouble } from "./attempt/banner.js";
import { showTime, startClock, sync, warn } from "./attempt/clock_face.js";
import { conflict } from "./attempt/conflict.js";
import { followFlags, followKeys } from "./attempt/controls.js";
import { leave, leaveOutSaved } from "./attempt/paging.js";
import { Pauses } from "./attempt/pauses.js";
import { adopt, begin, isStored, put, putWhatIsPaused, refused, restoreLeftBehind, saved } from "./attempt/saving.js";
import { askState, closed, comeBack, look, timeIsOver } from "./attempt/standing.js";
import { state, takeStock } from "./attempt/state.js";
import { startTurning } from "./attempt/turning.js";
import { Clock } from "./clock.js";
import { Queue } from "./queue.js";

const HEARTBEAT_MS = 20_000;

function savedInTime(slot, sent, body, isSettled) {
  if (body.seconds_left !== undefined) sync(body.seconds_left);
  saved(slot, sent, body, isSettled);
}

function changed() {
  markUnsaved();
  showTrouble();
}

state.queue = new Queue(
  {
    key: `quizsite:attempt:${state.person}`,
    url: state.root.dataset.save,
    token: () => state.csrf,
    refresh: askState,
  },
  { saved: savedInTime, refused, conflict, closed, isStored, changed },
);
state.clock = new Clock({ show: showTime, warn, over: timeIsOver, gap: look });
state.pauses = new Pauses(put);

document.documentElement.classList.add("scripted");
takeStock();
adopt();
restoreLeftBehind();
begin();
startClock();
followFlags();
followKeys();
startTurning();

state.root.addEventListener("submit", leave);
state.root.addEventListener("formdata", leaveOutSaved);
addEventListener("pagehide", () => {
  putWhatIsPaused();
  state.queue.sendAll({ keepalive: true });
});
addEventListener("pageshow", (event) => {
  state.going = "";
  if (event.persisted) askState().then(comeBack, () => {});
});
addEventListener("beforeunload", (event) => {
  if (!state.isClosed && (state.queue.unkept.size || state.held.unkept.size)) event.preventDefault(); // the browser asks whether to leave
});
addEventListener("online", look);
addEventListener("offline", () => state.queue.fail("offline"));
addEventListener("focus", look);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") look();
  else putWhatIsPaused(); // a phone may end a page that is not seen without another word
});
setInterval(() => document.visibilityState === "visible" && look(), HEARTBEAT_MS);
