// Texts that the server does not take: on the device until they are changed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Held } from "../../quizzes/static/quizzes/js/held.js";
import { browser } from "./setting.mjs";

const KEY = "quizsite:held:7:3";

test("they come back on the next page, in the order of their questions", () => {
  browser();
  const before = new Held(KEY);
  before.keep(12, { text: ["long"] }, 4);
  before.keep(3, { text: ["longer"] }, 1);
  const after = new Held(KEY);
  assert.deepEqual(after.slots, [3, 12]);
  assert.deepEqual(after.texts.get(12), { text: ["long"] });
  assert.equal(after.revisions.get(12), 4);
});

test("those of another attempt stay away", () => {
  browser();
  new Held("quizsite:held:8:3").keep(1, { text: ["other"] }, 1);
  assert.deepEqual(new Held(KEY).slots, []);
});

test("what is dropped does not come back", () => {
  browser();
  const one = new Held(KEY);
  one.keep(1, { text: ["long"] }, 1);
  one.drop(1);
  assert.deepEqual(new Held(KEY).slots, []);
});

test("a full storage is known", () => {
  browser({ limit: 0 });
  const one = new Held(KEY);
  one.keep(1, { text: ["long"] }, 1);
  assert.deepEqual([...one.unkept], [1]);
});
