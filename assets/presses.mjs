// Keys that are drawn anew while what they asked for is being done. Dash takes new keys for a new
// call and drops the answer to the one under way; so their presses go by a store that stays.
//   [data-presses]   id of that store; a press sets it to the key's own id and a count

let count = 0;

function onClick(event) {
  const key = event.target.closest?.("[data-presses]");
  if (!key || key.disabled) return;
  count += 1;
  window.dash_clientside?.set_props?.(key.dataset.presses, { data: { ...JSON.parse(key.id), count } });
}

if (typeof document !== "undefined" && !window.iocPresses) {
  window.iocPresses = true;
  document.addEventListener("click", onClick);
}
