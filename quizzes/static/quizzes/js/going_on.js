// A page of long work presses its own "Go on": each request does a slice of it, and the page says how far it is.

const form = document.querySelector("[data-goes-on]");
if (form) setTimeout(() => form.requestSubmit(), 50);
