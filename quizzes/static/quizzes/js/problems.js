/* The list of what is wrong with a form gets the focus, and each of its links brings the reader to the field itself. */

const list = document.querySelector("[data-problems]");

list?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  field.focus();
  field.scrollIntoView({ block: "center" });
});

list?.focus();
