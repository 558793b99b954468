// The countdown: as the server said, counted with a clock that nobody can set.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Clock, timeWords } from "../../quizzes/static/quizzes/js/clock.js";

let now, told;

function clock() {
  const tell = (name) => (...rest) => told.push([name, ...rest]);
  return new Clock({ show: () => {}, warn: tell("warn"), over: tell("over"), gap: tell("gap") });
}

function pass(one, seconds) {
  for (let left = seconds * 4; left > 0; left -= 1) {
    now += 250;
    one.tick();
  }
}

beforeEach(() => {
  mock.restoreAll();
  now = 1_000_000;
  told = [];
  mock.method(performance, "now", () => now);
  mock.method(Date, "now", () => now);
  globalThis.setInterval = () => 0;
});

test("time is told in hours, minutes and seconds", () => {
  assert.deepEqual([5, 65, 3_725, -1].map(timeWords), ["0:05", "1:05", "1:02:05", "0:00"]);
});

test("it warns at five minutes and at one, and then time is over", () => {
  const one = clock();
  one.sync(302);
  pass(one, 303);
  assert.deepEqual(told, [["warn", 300], ["warn", 60], ["over"]]);
});

test("a page that opens below a mark does not tell it, nor one whose deadline jumps below it", () => {
  const one = clock();
  one.sync(300);
  pass(one, 10);
  one.sync(900);
  one.sync(62);
  pass(one, 3);
  assert.deepEqual(told, [["warn", 60]]);
});

test("the end is told once, and again when there was more time in between", () => {
  const one = clock();
  one.sync(1);
  pass(one, 3);
  one.sync(1);
  pass(one, 3);
  assert.deepEqual(told.filter(([name]) => name === "over").length, 2);
});

test("it says by how much the deadline moved", () => {
  const one = clock();
  one.sync(600);
  assert.equal(one.sync(900), 300);
  assert.equal(one.sync(null), Infinity);
  assert.equal(one.secondsLeft, null);
});

test("a page that slept asks the server", () => {
  const one = clock();
  one.sync(600);
  now += 20_000;
  one.tick();
  assert.deepEqual(told, [["gap"]]);
});
