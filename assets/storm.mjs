// Rain drawn by hand (layouts/pages/what_if_storm.py): a finger draws over the bars, keys and the
// keyboard change the one that is chosen. The depths go into a store, of which the bars are built anew.
//   .wi-storm-bars[data-store]   the bars: data-most is the depth of a full one, data-step-min how long one lasts
//   .wi-bar[role=slider]         in it: one step of the rain; its aria-valuenow is its depth
//   [data-bar]                   keys beside it: before and after choose a bar, less and more change it

const BARS = ".wi-storm-bars[data-store]";
const SHEET = ".wi-sheet"; // stays, whatever in it is built anew
const FINENESS = 50; // steps of a bar from bottom to top, at least
const STEPS_MM = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];
const SETTLED_MS = 250; // after the last key
const LEAPS = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity };
const WAYS = { ArrowLeft: -1, ArrowRight: 1 };

// What is in hand of one drawing: {bars, depths, chosen, timer, at, isHeld}. `timer` runs until what was
// typed is sent, `at` is where a finger is, `isHeld` says that a bar has the keyboard.
let hand = null;

export const stepOf = (most) => STEPS_MM.find((step) => step >= most / FINENESS) ?? STEPS_MM.at(-1);

// A depth within the drawing, on a round figure.
export function snapped(depth, most) {
  const step = stepOf(most);
  const tenths = Math.round((Math.round(depth / step) * step) * 10) / 10;
  return Math.min(Math.max(0, tenths), Math.floor(most * 10) / 10);
}

// Every bar a finger passed between two touches lies on the line between them.
export function swept(depths, [from, low], [to, high], most) {
  const made = [...depths];
  const [first, last] = from < to ? [from, to] : [to, from];
  for (let index = first; index <= last; index += 1) {
    const share = to === from ? 1 : (index - from) / (to - from);
    made[index] = snapped(low + (high - low) * share, most);
  }
  return made;
}

const barsIn = (bars) => [...bars.querySelectorAll(".wi-bar")];
const mostOf = (bars) => Number(bars.dataset.most);
const clock = (minute) => `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, "0")}`;
const figure = (depth) => new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(depth);

// Take up a drawing; while nothing of it is on its way its bars say what it is.
function take(bars) {
  if (hand?.bars !== bars) {
    hand = { bars, depths: [], chosen: 0, timer: null, at: null, isHeld: false };
    watching.observe(bars.closest(SHEET), { childList: true, subtree: true });
  }
  if (hand.timer === null && hand.at === null) {
    hand.depths = barsIn(bars).map((bar) => Number(bar.getAttribute("aria-valuenow")));
  }
  return hand;
}

// The bars were built anew: what was chosen is again, and keeps the keyboard if it had it.
function renew() {
  if (hand === null || hand.bars.isConnected) return;
  const bars = document.querySelector(`${SHEET} ${BARS}`);
  if (bars === null || barsIn(bars).length !== hand.depths.length) {
    if (document.querySelector(SHEET) === null || bars !== null) hand = null;
    return;
  }
  const { isHeld } = hand;
  hand.bars = bars;
  if (hand.timer === null && hand.at === null) take(bars);
  else write(hand);
  choose(hand, hand.chosen);
  if (isHeld && document.activeElement === document.body) barsIn(bars)[hand.chosen].focus({ preventScroll: true });
}

function write(now) {
  const { bars, depths } = now;
  for (const [index, bar] of barsIn(bars).entries()) {
    bar.setAttribute("aria-valuenow", depths[index]);
    bar.setAttribute("aria-valuetext", `${figure(depths[index])} ${bars.dataset.unit}`);
    bar.firstElementChild.style.height = `${Math.min(100, (100 * depths[index]) / mostOf(bars))}%`;
  }
}

function choose(now, index) {
  const all = barsIn(now.bars);
  now.chosen = Math.min(Math.max(0, index), all.length - 1);
  for (const [place, bar] of all.entries()) {
    bar.classList.toggle("is-chosen", place === now.chosen);
    bar.tabIndex = place === now.chosen ? 0 : -1;
  }
  const said = now.bars.closest(".wi-storm-body")?.querySelector(".wi-bar-said");
  const begins = now.chosen * Number(now.bars.dataset.stepMin);
  const ends = begins + Number(now.bars.dataset.stepMin);
  if (said) said.textContent = `${clock(begins)}–${clock(ends)} · ${figure(now.depths[now.chosen])} ${now.bars.dataset.unit}`;
}

function change(now, depths, index) {
  now.depths = depths;
  write(now);
  choose(now, index);
}

function send(now) {
  clearTimeout(now.timer);
  now.timer = null;
  window.dash_clientside?.set_props?.(now.bars.dataset.store, { data: [...now.depths] });
}

function sendSoon(now) {
  clearTimeout(now.timer);
  now.timer = setTimeout(() => send(now), SETTLED_MS);
}

function by(now, steps) {
  const most = mostOf(now.bars);
  const step = stepOf(most);
  const leap = Math.min(Math.max(steps * step, -most), most);
  const depths = [...now.depths];
  depths[now.chosen] = snapped(depths[now.chosen] + leap, most);
  change(now, depths, now.chosen);
  sendSoon(now);
}

function touched(now, { clientX, clientY }) {
  const { left, top, width, height } = now.bars.getBoundingClientRect();
  const count = now.depths.length;
  const index = Math.min(Math.max(0, Math.floor(((clientX - left) / width) * count)), count - 1);
  const share = Math.min(Math.max(0, 1 - (clientY - top) / height), 1);
  return [index, share * mostOf(now.bars)];
}

function down(event) {
  const bars = event.target.closest?.(BARS);
  if (!bars || event.button > 0) return;
  event.preventDefault(); // no text is selected, nothing is dragged
  const now = take(bars);
  now.at = touched(now, event);
  change(now, swept(now.depths, now.at, now.at, mostOf(bars)), now.at[0]);
}

function move(event) {
  const now = hand;
  if (!now?.at) return;
  if (event.buttons === 0) return up(); // it was let go of outside the window
  const to = touched(now, event);
  change(now, swept(now.depths, now.at, to, mostOf(now.bars)), to[0]);
  now.at = to;
}

function up() {
  if (!hand?.at) return;
  hand.at = null;
  hand.isHeld = true;
  barsIn(hand.bars)[hand.chosen]?.focus({ preventScroll: true });
  send(hand);
}

function press(event) {
  const key = event.target.closest?.("[data-bar]");
  const bars = key?.closest(".wi-storm-body")?.querySelector(BARS);
  if (!bars) return;
  const now = take(bars);
  const { bar } = key.dataset;
  if (bar === "less" || bar === "more") by(now, bar === "more" ? 1 : -1);
  else choose(now, now.chosen + (bar === "after" ? 1 : -1));
}

function type(event) {
  const bar = event.target.closest?.(".wi-bar[role=slider]");
  if (!bar || event.ctrlKey || event.altKey || event.metaKey) return;
  const now = take(bar.closest(BARS));
  const index = barsIn(now.bars).indexOf(bar);
  if (event.key in WAYS) {
    choose(now, index + WAYS[event.key]);
    barsIn(now.bars)[now.chosen].focus();
  } else if (event.key in LEAPS) {
    choose(now, index);
    by(now, LEAPS[event.key]);
  } else return;
  event.preventDefault();
}

function focused({ target }) {
  const bar = target.closest?.(".wi-bar[role=slider]");
  if (!bar) {
    if (hand !== null) hand.isHeld = false;
    return;
  }
  const now = take(bar.closest(BARS));
  now.isHeld = true;
  choose(now, barsIn(now.bars).indexOf(bar));
}

const watching = typeof document === "undefined" ? null : new MutationObserver(renew);

if (typeof document !== "undefined" && !window.iocStorm) {
  window.iocStorm = true;
  document.addEventListener("pointerdown", down);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", up);
  document.addEventListener("pointercancel", up);
  document.addEventListener("click", press);
  document.addEventListener("keydown", type);
  document.addEventListener("focusin", focused);
}
