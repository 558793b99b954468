// Runs before the first paint: a chosen theme, else the system's. Small and blocking on purpose, so that nothing flashes.
(function () {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function stored() {
    const cookie = /(?:^|; )theme=(light|dark|auto)(?:;|$)/.exec(document.cookie);
    if (cookie) return cookie[1];
    try {
      return localStorage.getItem("theme") || "auto";
    } catch {
      return "auto"; // storage is switched off
    }
  }

  function apply() {
    const choice = stored();
    const isDark = choice === "dark" || (choice !== "light" && dark.matches);
    root.setAttribute("data-theme", isDark ? "dark" : "light");
    root.dataset.themeChoice = choice;
  }

  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply); // another tab chose
  window.addEventListener("themechosen", apply);
})();
