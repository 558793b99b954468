// On every page: the browser's time zone for the server, the theme buttons, menus that close, the entry of the page in view. Everything works without it.

const YEAR = 31_536_000;

function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? found.slice(name.length + 1) : "";
}

// Values are plain ASCII names (a zone, a theme): written as they are, because the server reads them as they are.
function setCookie(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
}

function rememberTimeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (/^[\w+/-]{1,64}$/.test(zone || "") && cookie("time_zone") !== zone) setCookie("time_zone", zone);
}

function chooseTheme(choice) {
  setCookie("theme", choice);
  try {
    localStorage.setItem("theme", choice);
  } catch {
    // storage is switched off; the cookie is enough
  }
  window.dispatchEvent(new Event("themechosen"));
}

function showThemes() {
  const group = document.querySelector("[data-themes]");
  if (!group) return;
  const buttons = [...group.querySelectorAll("button")];
  const press = () => {
    const choice = document.documentElement.dataset.themeChoice || "auto";
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === choice));
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      chooseTheme(button.value);
      press();
    });
  }
  press();
  group.hidden = false;
}

function closeMenus() {
  const open = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

/** On a phone the navigation may be wider than the screen: scroll it to the entry of this page. */
function showWhereOneIs() {
  const nav = document.querySelector(".top nav");
  const here = nav?.querySelector("[aria-current]");
  if (here) nav.scrollLeft += Math.max(0, here.getBoundingClientRect().right - nav.getBoundingClientRect().right);
}

rememberTimeZone();
showThemes();
showWhereOneIs();
closeMenus();
