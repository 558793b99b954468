/* How many questions match, counted again as soon as a choice changes; without this there is a button for it. */

const form = document.querySelector("[data-practice]");
let latest = 0;

async function count() {
  const mine = ++latest;
  const chosen = new FormData(form);
  chosen.delete("csrfmiddlewaretoken");
  const response = await fetch(`${form.dataset.practice}?${new URLSearchParams(chosen)}`);
  if (!response.ok || mine !== latest) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  document.querySelector(".matches").textContent = page.querySelector(".matches").textContent;
  const [start, started] = [document, page].map((where) => where.querySelector("#matches .btn-primary"));
  start.textContent = started.textContent;
  start.hidden = started.hidden;
}

form.querySelector("[data-count]").hidden = true;
form.addEventListener("change", () => count().catch(() => {}));
