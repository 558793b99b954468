// What has to be told before a page is left. Pure.

/**
 * The questions to name before going on: those whose text is not taken and was not told yet, else those that were saved
 * just now and cannot be read. Null where there is nothing to tell.
 */
export function toTellFirst({ held, toldOf, refusals, unread, unreadBefore }) {
  const notTaken = held.filter((slot) => !toldOf.has(slot) && !refusals.has(slot));
  const slots = notTaken.length ? notTaken : unread.filter((slot) => !unreadBefore.includes(slot));
  return slots.length ? { slots, notTaken } : null;
}
