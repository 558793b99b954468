// On the rules of a quiz that is not open yet: look again when it opens. The server says in how many seconds, and decides.

const LONGEST_MS = 2_147_483_647; // the most a timer takes
const notices = [...document.querySelectorAll("[data-opens-in]")];
const loadedAt = performance.now();

function look() {
  const waits = notices.map((notice) => Number(notice.dataset.opensIn) * 1000 - (performance.now() - loadedAt));
  const next = Math.min(...waits.filter(Number.isFinite));
  if (next <= 0) location.reload();
  else if (Number.isFinite(next)) setTimeout(look, Math.min(next, LONGEST_MS));
}

if (notices.length) {
  look();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) look(); // timers sleep with the device
  });
}
