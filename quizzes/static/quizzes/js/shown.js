// Elements that need a script, on this page and on those that are shown in its place when pages of an attempt are turned.

/** Call `enhance` with every element that matches, now and whenever more are shown. */
export function onEach(selector, enhance) {
  const run = ({ target }) => {
    for (const one of target.querySelectorAll(selector)) enhance(one);
  };
  run({ target: document });
  document.addEventListener("page-shown", run);
}
