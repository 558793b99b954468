// On a result: a link to a question opens what is folded around it. Most browsers do so by themselves.

function open() {
  const place = location.hash.startsWith("#question-") && document.getElementById(location.hash.slice(1));
  const fold = place && place.closest("details:not([open])");
  if (!fold) return;
  fold.open = true;
  place.scrollIntoView();
}

addEventListener("hashchange", open);
open();
