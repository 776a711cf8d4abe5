// The leader's console and the page of what-ifs: tells the page how much room its body has; tiles are
// measured for exactly that. Inert without such a body.

const BODIES = { "console-body": "console-size", "what-if-body": "what-if-size", "what-if-sides": "what-if-room" };
const BOTTOM_PX = 12; // left free under the body
const SETTLED_MS = 200; // a window being dragged is not drawn at every step

// Whole pixels from the body's corner to the edges of the window, less the page's own edge.
export function roomOf(rect, window, edgePx) {
  return {
    width: Math.floor(window.widthPx - 2 * edgePx),
    height: Math.floor(window.heightPx - rect.top - BOTTOM_PX),
  };
}

const find = () => document.getElementById(Object.keys(BODIES).find((id) => document.getElementById(id)));

function measure() {
  const body = find();
  if (body === null) return null;
  const edgePx = parseFloat(getComputedStyle(body.parentElement).paddingLeft);
  const widthPx = document.documentElement.clientWidth;
  // The bar above is drawn later than it is measured: its height is the style sheet's.
  const rect = { top: body.offsetTop };
  return roomOf(rect, { widthPx, heightPx: window.innerHeight }, edgePx);
}

function tell() {
  const data = measure();
  const same = data && told && data.width === told.width && data.height === told.height;
  if (data === null || same) return;
  told = data;
  window.dash_clientside?.set_props?.(BODIES[body.id], { data });
}

let told = null;
let body = null;
let timer = null;

function watch() {
  const found = find();
  if (found === body) return;
  body = found;
  told = null;
  if (found !== null) requestAnimationFrame(tell);
}

// Another language is another load of the page, and the place on it is known to the browser only.
function keepPlace({ target }) {
  const here = location.pathname + location.search + location.hash;
  if (target.matches(".language-choice")) target.elements.next.value = here;
  // What was known of this very place: a form that asks keeps what stands behind the #.
  if (target.matches(".known-form")) target.action = location.pathname + location.hash;
}

// Neither is it left for another world: its link leads to the same place there.
function takePlace({ target }) {
  const link = target.closest?.(".realm-choice a");
  if (link) link.hash = location.hash;
}

if (typeof document !== "undefined" && !window.iocConsole) {
  window.iocConsole = true;
  if (["/console", "/what-if"].includes(location.pathname)) {
    new MutationObserver(watch).observe(document.documentElement, {
      childList: true,
      subtree: true,
    });
    window.addEventListener("resize", () => {
      clearTimeout(timer);
      timer = setTimeout(tell, SETTLED_MS);
    });
    document.addEventListener("submit", keepPlace);
    document.addEventListener("click", takePlace);
    watch();
  }
}
