// The clock of a preview: counts down as in an attempt; at the end the server says what came of it.

import { Clock } from "./clock.js";

const root = document.getElementById("attempt");
const shown = document.querySelector("[data-clock]");

if (root?.dataset.secondsLeft !== undefined && shown) {
  const clock = new Clock({
    show(words, isSoon) {
      shown.textContent = words;
      document.getElementById("timer").classList.toggle("soon", isSoon);
    },
    warn() {},
    // A little later than the clock says: the server waits for what is on its way.
    over: () => setTimeout(() => location.assign(root.dataset.home), 6_000),
    gap() {},
  });
  clock.sync(Number(root.dataset.secondsLeft));
}
