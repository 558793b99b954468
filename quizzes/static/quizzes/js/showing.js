// Buttons to show, print and copy: <button data-fullscreen="id" hidden>, data-print, data-copy="id of a field".
//
// They appear where the browser can do it; without this script the page has the link and the picture all the same.

/** Copy the text of a field; browsers give the clipboard to secure pages only, hence the older way. */
async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select();
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-fullscreen]")) {
  const part = document.getElementById(button.dataset.fullscreen) ?? document.documentElement;
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : part.requestFullscreen()));
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const said = document.querySelector("[data-said]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (await copy(document.getElementById(button.dataset.copy))) said.textContent = button.dataset.done;
  });
}
