/* Guards what was typed and not saved: leaving the page asks first, and buttons that act on what is stored are off, with a
   reason, until it is saved. A form counts as changed while what it would send differs from what it held at first.

   <script type="module" src="…/unsaved.js" data-save-first="Save your changes first."> */

const words = document.querySelector("script[data-save-first]")?.dataset ?? {};
const ACTS = ".ws-acts button, .ws-acts a, .ws-status button, .object-tools a, [data-acts] button, [data-acts] a";
const IGNORED = new Set(["csrfmiddlewaretoken", "action"]);

const isActing = (form) => form.matches(".ws-acts form, .ws-status form, [data-acts] form, #changelist-form, #logout-form");
const forms = () => [...document.querySelectorAll("main form, #content form")].filter((form) => form.method === "post" && !isActing(form));

/** What the form would send, as text; a file by its name. */
function contents(form) {
  const pairs = [...new FormData(form)].filter(([name]) => !IGNORED.has(name));
  return JSON.stringify(pairs.map(([name, value]) => [name, value instanceof File ? value.name : value]));
}

const first = new Map(); // form → what it held when the page was ready; null: it came back unsaved
let sent = null; // the form that is on its way

const isChanged = (form) => first.get(form) === null || contents(form) !== first.get(form);
const isAnyChanged = () => [...first.keys()].some((form) => form !== sent && form.isConnected && isChanged(form));

/* Off, but still in reach of the keyboard, so that the reason can be read. */
function showActs() {
  const isOff = isAnyChanged();
  if (reason) reason.hidden = !isOff;
  for (const act of document.querySelectorAll(ACTS)) {
    if (isOff) {
      act.setAttribute("aria-disabled", "true");
      act.setAttribute("aria-describedby", "save-first");
    } else if (act.getAttribute("aria-describedby") === "save-first") {
      act.removeAttribute("aria-disabled");
      act.removeAttribute("aria-describedby");
    }
  }
}

function makeReason() {
  const place = document.querySelector(".ws-acts, [data-acts]");
  if (!place) return null;
  const made = document.createElement("p");
  Object.assign(made, { id: "save-first", className: "quiet", textContent: words.saveFirst, hidden: true });
  made.setAttribute("role", "status");
  place.after(made);
  return made;
}

function refuse(event) {
  const act = event.target.closest?.(ACTS);
  if (act?.getAttribute("aria-disabled") !== "true") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (reason) reason.textContent = ""; // said again, also when it stands there
  setTimeout(() => reason && (reason.textContent = words.saveFirst), 50);
}

function leave(event) {
  if (!isAnyChanged()) return;
  event.preventDefault();
  event.returnValue = ""; // some browsers ask only then
}

const reason = makeReason();

function begin() {
  const isFilledIn = document.querySelector("[data-unsaved]") !== null; // by the server, and not stored yet
  const isUnsaved = (form) => isFilledIn || form.querySelector(".errornote, .errorlist, .is-invalid") !== null;
  for (const form of forms()) first.set(form, isUnsaved(form) ? null : contents(form));
  showActs();
}

// Other scripts put rows in order and fill in fields while the page loads; what they do is no change.
if (document.readyState === "complete") setTimeout(begin, 0);
else window.addEventListener("load", () => setTimeout(begin, 0));

for (const kind of ["input", "change", "rows:changed"]) document.addEventListener(kind, showActs);
document.addEventListener("click", refuse, true);
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  sent = event.target;
  setTimeout(() => (sent = null), 2_000); // an answer that is a file leaves the page where it is
});
window.addEventListener("beforeunload", leave);
// Select boxes of the admin tell only jQuery.
window.django?.jQuery?.(document).on("change", showActs);
