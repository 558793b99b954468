// What holds up a button once, and lets the second press go on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { toTellFirst } from "../../quizzes/static/quizzes/js/held.js";

const nothing = { held: [], toldOf: new Set(), refusals: new Set(), unread: [], unreadBefore: [] };

test("nothing holds up what is saved and can be read", () => {
  assert.equal(toTellFirst(nothing), null);
});

test("what was saved just now and cannot be read is named, what one knew is not", () => {
  assert.deepEqual(toTellFirst({ ...nothing, unread: [2, 5], unreadBefore: [2] }), { slots: [5], notTaken: [] });
});

test("a text that is not taken is named before one that cannot be read", () => {
  assert.deepEqual(toTellFirst({ ...nothing, held: [3], unread: [5] }), { slots: [3], notTaken: [3] });
});

test("a text that was told of goes on at the second press", () => {
  assert.equal(toTellFirst({ ...nothing, held: [3], toldOf: new Set([3]) }), null);
});

test("a text that is posted is told by the server", () => {
  assert.equal(toTellFirst({ ...nothing, held: [3], refusals: new Set([3]) }), null);
});
