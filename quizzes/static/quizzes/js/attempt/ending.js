// Answers that come after the end, and the end of the time.

import { isEmpty } from "../fields.js";
import { say } from "../words.js";
import { askState } from "./asking.js";
import { setState, showTrouble, tell } from "./banner.js";
import { lock, showClosed } from "./closing.js";
import { isStored, putWhatIsPaused, refused, sendable } from "./saving.js";
import { state } from "./state.js";

const FLUSH_MS = 4_000;
const GRACE_MS = 1_500;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** An answer came after the end: of the attempt, or of this question in practice. */
export async function closed(slot, sent, body) {
  const answer = state.cards.has(slot) ? sendable(slot) : sent;
  const isLost = !isEmpty(answer) && !isStored(slot, answer, body);
  if (isLost) state.queue.shelve(slot, answer); // the result names it, and it is sent if the attempt is opened again
  const said = await askState().catch(() => null);
  if (said?.is_open) {
    state.queue.drop(slot);
    return refused(slot, body);
  }
  if (isLost) state.lost.set(slot, answer);
  setState(slot, "refused", say("refused"));
  return showClosed(said?.message || body.message, body.result);
}

export async function timeIsOver() {
  tell(say("time_over"));
  putWhatIsPaused();
  lock(true);
  showTrouble(); // nobody can go on answering now
  while (!state.isClosed) {
    await state.queue.flush(FLUSH_MS);
    const said = await askState().catch(() => null); // the server knows whether time is over
    if (said?.is_open && said.seconds_left !== 0) return lock(false);
    if (!state.isClosed) await pause(GRACE_MS); // the grace for answers under way, or a connection that is away
  }
  await state.queue.flush(FLUSH_MS);
  if (!state.queue.waiting && !state.lost.size && !state.held.slots.length) location.replace(state.root.dataset.result);
  return null;
}
