// Keys that are drawn anew while what they asked for is being done. Dash takes new keys for a new
// call and drops the answer to the one under way; so their presses go by a store that stays.
//   [data-presses]     id of that store; a press sets it to the key's own id and a count
//   [data-asks]        a question that must be answered yes before (layouts/pages/asking.py)
//   [data-asks-once]   a group whose keys ask no more for a while after a yes

const DIALOG = "asking";
const SETTLED_MS = 120_000; // since the last press of the group

let count = 0;
let waiting = null; // the press the question is about
const settledMs = new Map(); // group -> when a key of it was pressed last

function onClick(event) {
  const answer = event.target.closest?.(`#${DIALOG} [data-answer]`);
  if (answer) return close(answer.dataset.answer === "yes");
  const key = event.target.closest?.("[data-presses]");
  if (!key || key.disabled) return;
  const { presses, asks, asksOnce: group } = key.dataset;
  const press = { id: key.id, presses, group };
  if (asks && !isSettled(group)) return ask(press, asks);
  send(press);
}

function isSettled(group) {
  return group !== undefined && performance.now() - (settledMs.get(group) ?? -Infinity) < SETTLED_MS;
}

// The key itself may be drawn anew while the question stands: what is kept is what it said.
function ask(press, words) {
  const dialog = document.getElementById(DIALOG);
  waiting = press;
  dialog.querySelector(".asking-words").textContent = words;
  dialog.showModal();
  dialog.querySelector('[data-answer="no"]').focus();
}

function close(isYes) {
  document.getElementById(DIALOG).close();
  const press = waiting;
  waiting = null;
  if (isYes && press !== null) send(press);
}

function send({ id, presses, group }) {
  count += 1;
  if (group !== undefined) settledMs.set(group, performance.now());
  window.dash_clientside?.set_props?.(presses, { data: { ...JSON.parse(id), count } });
}

if (typeof document !== "undefined" && !window.iocPresses) {
  window.iocPresses = true;
  document.addEventListener("click", onClick);
}
