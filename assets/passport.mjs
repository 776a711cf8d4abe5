// One tap on a number opens its passport (layouts/pages/passport.py). Inert on pages without one.
//   [data-figure]    digits of a tile, "<aggregate>:<address>"; in tiles of this page, under the
//                    links that cover them, and in walls' pictures, which are frames
//   [data-about]     the tile itself: in a wall's picture a tap beside its digits is about this
//   [data-passport]  a key that asks for a figure by its mark, in the page or in the drawer
//   [data-page]      a key of the drawer that turns the pages of its rows
// The dialog is modal: Esc closes it and the focus goes back where it was, by the browser.

const DIALOG = "passport";
const ASKED = "passport-asked";
const NEAR_PX = 48; // a tap in a wall's picture is about digits as near as this

let count = 0;

function onClick(event) {
  const dialog = document.getElementById(DIALOG);
  if (dialog === null) return;
  if (dialog.open) return inDialog(event, dialog);
  const key = event.target.closest?.("[data-passport]");
  const found = key ? { mark: key.dataset.passport, realm: realmOf(key) } : tapped(event);
  if (!found) return;
  event.preventDefault();
  event.stopPropagation();
  open(dialog, found);
}

function inDialog(event, dialog) {
  const { target } = event;
  if (target === dialog || target.closest?.("[data-close=passport]")) return dialog.close();
  const key = target.closest?.("[data-passport]");
  if (key) return ask(key.dataset.passport, dialog.dataset.realm);
  const step = target.closest?.("[data-page]");
  if (step) return turn(step);
  if (target.closest?.(".passport-open")) dialog.close();
}

// What was tapped: {mark, realm, href}, null when it is no number.
function tapped(event) {
  if (event.detail === 0) return null; // a key of the keyboard has no place
  const { target, clientX: x, clientY: y } = event;
  const canvas = target.closest?.(".console-canvas"); // its tiles let taps through to their links
  if (canvas) {
    const figure = [...canvas.querySelectorAll("[data-figure]")].find((e) => away(e, x, y) <= 4);
    const href = target.closest(".console-cover")?.href;
    return figure ? { mark: figure.dataset.figure, realm: realmOf(figure), href } : null;
  }
  const wall = target.closest?.(".live-wall");
  if (wall && !target.closest("a, button, input")) return onWall(wall, x, y);
  const figure = target.closest?.("[data-figure]");
  return figure ? { mark: figure.dataset.figure, realm: realmOf(figure) } : null;
}

function onWall(wall, x, y) {
  const frame = wall.querySelector("iframe");
  let inside = null;
  try {
    inside = frame?.contentDocument ?? null; // of another site's wall: not ours to read
  } catch {
    return null;
  }
  if (inside === null) return null;
  const at = frame.getBoundingClientRect();
  const [px, py] = [x - at.left, y - at.top];
  const top = inside.elementFromPoint(px, py); // what covers a tile is what was tapped
  const tile = top?.closest?.(".tile");
  if (!tile) return null;
  const figure = top.closest("[data-figure]") ?? nearest(tile, px, py);
  const mark = figure?.dataset.figure ?? tile.dataset.about;
  return mark ? { mark, realm: realmOf(tile) } : null;
}

// The digits of a tile that lie nearest to a point, if any lie near.
export function nearest(tile, x, y) {
  let [best, distance] = [null, NEAR_PX];
  for (const each of tile.querySelectorAll("[data-figure]")) {
    const found = away(each, x, y);
    if (found < distance) [best, distance] = [each, found];
  }
  return best;
}

// How far a point is from an element, 0 inside.
function away(element, x, y) {
  const r = element.getBoundingClientRect();
  return Math.hypot(Math.max(r.left - x, 0, x - r.right), Math.max(r.top - y, 0, y - r.bottom));
}

const realmOf = (element) => element.closest("[data-realm]")?.dataset.realm ?? "";

function open(dialog, { mark, realm, href }) {
  const link = dialog.querySelector(".passport-open");
  link.hidden = !href;
  link.href = href ?? "#";
  dialog.dataset.realm = realm ?? "";
  ask(mark, realm);
  dialog.showModal();
}

function ask(mark, realm) {
  count += 1;
  const data = { mark, realm: realm ?? "", count };
  window.dash_clientside?.set_props?.(ASKED, { data });
}

// Turns the pages of the rows: each is a body of the table.
function turn(key) {
  const pager = key.parentElement;
  const bodies = [...pager.parentElement.querySelectorAll("tbody")];
  const at = bodies.findIndex((each) => !each.hidden) + Number(key.dataset.page);
  if (!(at in bodies)) return;
  bodies.forEach((each, index) => (each.hidden = index !== at));
  const words = pager.querySelector(".page-words");
  words.textContent = words.dataset.words.replace("{n}", at + 1);
  const [before, after] = pager.querySelectorAll("[data-page]");
  before.disabled = at === 0;
  after.disabled = at === bodies.length - 1;
}

if (typeof document !== "undefined" && !window.iocPassport) {
  window.iocPassport = true;
  document.addEventListener("click", onClick, true); // before the link that covers the digits
}
