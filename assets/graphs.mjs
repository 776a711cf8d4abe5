// What draws graphs, for pages that have some. A graph asks for it when it is first mounted, gives it
// 30 s, and then never draws; here it finds something under plotly.js' name that it waits for, however
// long that takes. A page fetches the script from its beginning (`rel="preload"`) and runs it when the
// first graph is there and all else of the page has been painted: it takes a busy processor a second.
// A page that names none, and a display, which begins with it, are left as they are.

const NAME = "graphs";
const AGAIN_AFTER_MS = 5_000;
const PAINTED_AFTER_MS = 1_500; // at most: on a page that is never idle, of a map without areas
const EMPTY_MAP = ".leaflet-container:not(:has(path))";

// Resolve when tiles and maps are drawn, and the page has nothing else to do.
function painted() {
  const untilMs = performance.now() + PAINTED_AFTER_MS;
  return new Promise((resolve) => {
    const look = () => {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0 || document.querySelector(EMPTY_MAP) === null) resolve();
      else setTimeout(() => requestIdleCallback(look, { timeout: leftMs }), 50);
    };
    requestIdleCallback(look, { timeout: PAINTED_AFTER_MS });
  });
}

// Run the script, until it could be fetched.
function run(address, onThere) {
  const script = document.createElement("script");
  script.src = address;
  script.addEventListener("load", onThere);
  script.addEventListener("error", () => setTimeout(() => run(address, onThere), AGAIN_AFTER_MS));
  document.body.append(script);
}

const address = document.getElementById(NAME)?.href;
if (address && !window.Plotly) {
  let there = null;
  const wanted = () => (there ??= painted().then(() => new Promise((r) => run(address, r))));
  window.Plotly = { then: (...given) => wanted().then(...given) };
}
