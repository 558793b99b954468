// Pages fetched before somebody turns to them: each once, none that is too old, none for ever.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Pages } from "../../quizzes/static/quizzes/js/attempt/pages.js";
import { moment } from "./setting.mjs";

let asked;
beforeEach(() => (asked = []));

const pages = (...answers) =>
  new Pages(async (slot) => {
    asked.push(slot);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer && { slot, ...answer };
  });

test("a page that was fetched before is not fetched again", async () => {
  const one = pages({ revision: 1 });
  one.fetch(3, "low");
  one.keepOnly(3);
  one.fetch(3);
  assert.deepEqual(await one.take(3), { slot: 3, revision: 1 });
  assert.deepEqual(asked, [3]);
});

test("pages fetched early give way to answers, one that is pressed for does not", async () => {
  const one = new Pages(async (slot, priority) => asked.push([slot, priority]));
  one.fetch(1, "low");
  one.fetch(2);
  assert.deepEqual(asked, [[1, "low"], [2, "auto"]]);
});

test("a page is shown once: what is turned back to is fetched anew", async () => {
  const one = pages({});
  await one.take(2);
  await one.take(2);
  assert.deepEqual(asked, [2, 2]);
});

test("a page that nobody turned to is forgotten", async () => {
  const one = pages({});
  one.fetch(1);
  one.fetch(3);
  one.keepOnly(3);
  await one.take(1);
  await one.take(3);
  assert.deepEqual(asked, [1, 3, 1]);
});

test("a page that is older than the answer is fetched once more", async () => {
  const one = pages({ revision: 1 }, { revision: 2 });
  one.fetch(2);
  assert.equal((await one.take(2, ({ revision }) => revision < 2)).revision, 2);
});

test("a page that stays too old is left to the browser", async () => {
  assert.equal(await pages({ revision: 1 }).take(2, () => true), null);
});

test("a page that leads elsewhere is left to the browser", async () => {
  assert.equal(await pages(null).take(2), null);
});

test("what was fetched without a connection is fetched again with one", async () => {
  const one = pages(new Error("offline"), {});
  one.fetch(2).catch(() => {});
  await moment();
  assert.deepEqual(await one.take(2), { slot: 2 });
});

test("without a connection to turn fails", async () => {
  await assert.rejects(pages(new Error("offline")).take(2), /offline/);
});
