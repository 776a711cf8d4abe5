// Keys of the operator's page: digits prepare a scene, Enter takes, Esc leaves the panel.
// Only while the wall panel has the focus, never while typing, never on a key held down.

const PANEL = "operator-panel";
const TAKE = "operator-take";
const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const OWN_ENTER = "button, a[href], summary, input, [role=button]";
const RESULT = "operator-result";

// A scene was chosen and its answer has not come: a take now would take what was prepared before.
let isAsking = false;

// What a key means in the panel: {prepare: n}, {take}, {leave} or null. Pure.
// 1 to 9 and 0 are the first ten scenes; with Shift, which changes what `key` says, the ten after.
export function meaning({ key, code, shift, repeat, modified, isTyping, isOnControl }) {
  if (repeat || modified || isTyping) return null;
  const [digit] = (shift ? /(?<=^Digit)[0-9]$/.exec(code) : /^[0-9]$/.exec(key)) ?? [];
  if (digit) return { prepare: (Number(digit) || 10) + (shift ? 10 : 0) };
  if (shift) return null;
  if (key === "Escape") return { leave: true };
  // Enter on a key of its own presses that key; anywhere else in the panel it takes.
  if (key === "Enter" && !isOnControl) return { take: true };
  return null;
}

function onKey(event) {
  const panel = document.getElementById(PANEL);
  const target = event.target;
  if (panel === null || !panel.contains(target)) return;
  const meant = meaning({
    key: event.key,
    code: event.code,
    shift: event.shiftKey,
    repeat: event.repeat,
    modified: event.ctrlKey || event.altKey || event.metaKey,
    isTyping: target.matches(TYPING),
    isOnControl: target.matches(OWN_ENTER),
  });
  if (meant === null) return;
  event.preventDefault();
  if (meant.leave) return target.blur();
  if (meant.take && isAsking) return;
  const pressed = meant.take
    ? document.getElementById(TAKE)
    : panel.querySelector(`.scene[data-position="${meant.prepare}"]`);
  pressed?.click();
}

// A scene chosen by hand leaves the focus on the panel: the next Enter takes, it does not choose anew.
function onClick(event) {
  const scene = event.target.closest?.(`#${PANEL} .scene`);
  if (!scene) return;
  ask();
  if (event.detail > 0) document.getElementById(PANEL).focus({ preventScroll: true });
}

// Until the answer stands on the page; the take's key is disabled from the first moment to then.
function ask() {
  const take = document.getElementById(TAKE);
  const result = document.getElementById(RESULT);
  isAsking = true;
  answered?.disconnect();
  answered = new MutationObserver(() => {
    if (take.disabled) return;
    isAsking = false;
    answered.disconnect();
  });
  answered.observe(take, { attributeFilter: ["disabled"] });
  answered.observe(result, { childList: true, subtree: true, characterData: true });
}

let answered = null;

if (typeof document !== "undefined" && !window.iocOperatorKeys) {
  window.iocOperatorKeys = true;
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
}
