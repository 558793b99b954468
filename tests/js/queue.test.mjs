// Answers on their way: kept until they are acknowledged, newest last, one at a time, never older over newer.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Queue, understood } from "../../quizzes/static/quizzes/js/queue.js";
import { browser, moment, network, saved } from "./setting.mjs";

const KEY = "quizsite:attempt:7:3";
let storage, told, queues;

function queue(listeners = {}) {
  const tell = (name) => (...rest) => told.push([name, ...rest]);
  const all = { saved: tell("saved"), refused: tell("refused"), conflict: tell("conflict"), closed: tell("closed"), isStored: () => false, changed: () => {} };
  const made = new Queue({ key: KEY, url: "/save/", token: () => "token", refresh: async () => ({}) }, { ...all, ...listeners });
  queues.push(made);
  return made;
}

const names = () => told.map(([name]) => name);

beforeEach(() => {
  storage = browser();
  told = [];
  queues = [];
});

afterEach(() => {
  for (const one of queues) clearTimeout(one.timer);
});

test("an answer is on the device until the server has it", async () => {
  network(saved);
  const one = queue();
  one.put(1, { text: ["Paris"] });
  assert.deepEqual(JSON.parse(storage.getItem(`${KEY}:1`)).answer, { text: ["Paris"] });
  assert.equal(await one.flush(1_000), true);
  assert.equal(storage.getItem(`${KEY}:1`), null);
  assert.deepEqual(names(), ["saved"]);
});

test("without a connection it stays there and the queue says so", async () => {
  browser({ online: false });
  network(new Error("no network"));
  const one = queue();
  one.put(1, { text: ["Paris"] });
  await moment();
  assert.equal(one.trouble, "offline");
  assert.equal(one.waiting, 1);
  assert.equal(await one.flush(100), false);
  assert.deepEqual(one.stored()[1].answer, { text: ["Paris"] });
});

test("an answer is on its way from when it is given until something is in its way", async () => {
  const replies = [new Error("no network"), saved];
  network(...replies);
  const one = queue();
  assert.equal(one.isOnItsWay([]), true);
  one.put(1, { choice: ["0"] });
  assert.equal(one.isOnItsWay([1, 2]), true);
  assert.equal(one.isOnItsWay([2]), false, "that of another page");
  await moment();
  assert.equal(one.isOnItsWay([1]), false, "it did not arrive");
  one.nudge();
  await one.flush(1_000);
  assert.equal(one.isOnItsWay([2]), true);
});

test("an answer that only the page holds is not called on its way", () => {
  browser({ limit: 0 });
  network(saved);
  const one = queue();
  one.put(1, { choice: ["0"] });
  assert.equal(one.isOnItsWay([1]), false);
});

test("what is typed while a request is under way goes out after it, on the next revision", async () => {
  const requests = network(saved);
  const one = queue();
  one.know(1, 4);
  one.put(1, { text: ["P"] });
  one.put(1, { text: ["Pa"] });
  one.put(1, { text: ["Paris"] });
  await one.flush(1_000);
  assert.deepEqual(requests.map(({ body }) => [body.revision, body.answer.text[0]]), [[5, "P"], [6, "Paris"]]);
});

test("an answer of another device asks which counts, and nothing is sent until that is said", async () => {
  const requests = network({ status: 409, body: { error: "stale", revision: 8, saved: "10:00" } }, saved);
  const one = queue();
  one.put(1, { text: ["mine"] });
  await moment();
  assert.deepEqual(names(), ["conflict"]);
  assert.equal(await one.flush(100), true);
  assert.equal(requests.length, 1);
  one.insist(1, { text: ["mine"] }, 8);
  await one.flush(1_000);
  assert.equal(requests[1].body.revision, 9);
});

test("one's own request whose reply was lost is no conflict", async () => {
  network({ status: 409, body: { error: "stale", slot: 1, revision: 1, saved: "10:00" } });
  const one = queue({ isStored: (_slot, sent) => sent.text[0] === "mine" });
  one.put(1, { text: ["mine"] });
  await moment();
  assert.deepEqual(names(), ["saved"]);
  assert.equal(one.waiting, 0);
});

test("a log-in page in the way is no acknowledgement", async () => {
  network({ status: 200, type: "text/html" });
  const one = queue();
  one.put(1, { text: ["Paris"] });
  await moment();
  assert.equal(one.trouble, "retry");
  assert.equal(one.waiting, 1);
});

test("somebody who is logged out, or is somebody else, keeps their answers", async () => {
  for (const [status, trouble] of [[401, "logged_out"], [404, "stranger"]]) {
    network({ status });
    const one = queue();
    one.put(1, { text: ["Paris"] });
    await moment();
    assert.deepEqual([one.trouble, one.waiting], [trouble, 1]);
  }
});

test("an old token is renewed once", async () => {
  const requests = network({ status: 403, body: { error: "csrf" } }, saved);
  const one = queue();
  one.put(1, { text: ["Paris"] });
  await moment();
  assert.equal(requests.length, 2);
  assert.deepEqual(names(), ["saved"]);
});

test("a server that asks to wait is not asked before", async () => {
  network({ status: 503, retryAfter: 5 });
  const one = queue();
  one.put(1, { text: ["Paris"] });
  await moment();
  assert.ok(one.notBefore > performance.now() + 4_000);
  one.nudge();
  assert.equal(one.waiting, 1);
});

test("what the server refuses for good is not sent again", async () => {
  const requests = network({ status: 400, body: { message: "too long" } });
  const one = queue();
  one.put(1, { text: ["Paris"] });
  await moment();
  assert.deepEqual(names(), ["refused"]);
  assert.equal(await one.flush(100), true);
  assert.equal(requests.length, 1);
});

test("an answer that came after the end is told, and kept when it is shelved", async () => {
  network({ status: 409, body: { error: "closed" } });
  const one = queue();
  one.put(1, { text: ["late"] });
  await moment();
  assert.deepEqual(names(), ["closed"]);
  one.shelve(1, { text: ["late"] });
  assert.deepEqual(one.stored()[1].answer, { text: ["late"] });
  assert.equal(await one.flush(100), true);
});

test("a full storage does not stop the sending, and the page knows that it alone has the answer", async () => {
  browser({ limit: 0 });
  network(new Error("no network"));
  const one = queue();
  one.put(1, { text: ["Paris"] });
  await moment();
  assert.deepEqual([...one.unkept], [1]);
});

test("what no page of ours wrote is not taken for an answer", () => {
  for (const text of ["", "null", "{", "[]", '{"answer": 5}', '{"answer": {"text": "Paris"}}', '{"answer": null}']) {
    assert.equal(understood(text), null);
  }
  assert.deepEqual(understood('{"answer": {"text": ["Paris"]}, "revision": "3"}'), { answer: { text: ["Paris"] }, revision: 3, tried: [] });
});
