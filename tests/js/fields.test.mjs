// Answers compared: exactly, and as the server evens them out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { alike, isEmpty, same } from "../../quizzes/static/quizzes/js/fields.js";

test("the order of ticks and empty fields make no difference", () => {
  assert.ok(same({ choice: ["1", "0"], text: [""] }, { choice: ["0", "1"] }));
  assert.ok(!same({ choice: ["0"] }, { choice: ["1"] }));
});

test("spaces and ways to write a letter are even for the server only", () => {
  const [one, other] = [{ text: ["Cafe\u0301  au lait "] }, { text: ["Café au lait"] }];
  assert.ok(alike(one, other));
  assert.ok(!same(one, other));
});

test("spaces alone are no answer", () => {
  assert.ok(isEmpty({ text: ["  \n"] }));
  assert.ok(!isEmpty({ text: [""], choice: ["0"] }));
});
