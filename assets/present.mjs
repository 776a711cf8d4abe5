// Waiting for the element a module works on: Dash draws a page after its modules have run.

// Call `then(element)` once, as soon as the page has an element with that id.
export function whenPresent(id, then) {
  const look = () => {
    const element = document.getElementById(id);
    if (element === null) return;
    watch.disconnect();
    then(element);
  };
  const watch = new MutationObserver(look);
  watch.observe(document.body, { childList: true, subtree: true });
  look();
}
