// A pause ends a change; somebody who never pauses is saved all the same.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Pauses } from "../../quizzes/static/quizzes/js/attempt/pauses.js";

let over, pauses, now;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  now = 0;
  mock.method(performance, "now", () => now);
  over = [];
  pauses = new Pauses((slot) => {
    pauses.end(slot);
    over.push([slot, now]);
  });
});

function pass(milliseconds) {
  for (let step = 0; step < milliseconds; step += 50) {
    now += 50;
    mock.timers.tick(50);
  }
}

test("every change begins the pause anew", () => {
  pauses.changed(1, 700);
  pass(500);
  pauses.changed(1, 700);
  pass(600);
  assert.deepEqual(over, []);
  pass(100);
  assert.deepEqual(over, [[1, 1_200]]);
});

test("questions wait by themselves", () => {
  pauses.changed(1, 700);
  pauses.changed(2, 150);
  assert.deepEqual(pauses.slots, [1, 2]);
  pass(150);
  assert.deepEqual([over, pauses.has(1), pauses.has(2)], [[[2, 150]], true, false]);
});

test("somebody who types on and on is saved after five seconds", () => {
  for (let typed = 0; typed < 12; typed += 1) {
    pauses.changed(1, 700);
    pass(500);
  }
  assert.deepEqual(over[0], [1, 5_000]);
});

test("what was ended is not over later", () => {
  pauses.changed(1, 150);
  pauses.end(1);
  pass(1_000);
  assert.deepEqual(over, []);
});
