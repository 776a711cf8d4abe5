// Waiting until what was mounted has been drawn: graphs, maps with their geometry, pictures, type.
// Each wait ends; what did not come in time is told as a comment and never holds a switch for ever.

import { camerasIn } from "./camera.mjs";
import { arrival } from "./outlines.mjs";

const LONGEST_MS = 6_000;
const SHAPES_MS = 1_000; // after the geometry came; a layer may have nothing to draw
const HIDDEN_FRAME_MS = 200; // a page nobody sees gets no frames, but must still answer
const SHAPES = "path, canvas, .leaflet-marker-pane > *";

// The next animation frame: its time on the page's own clock (performance.now()'s scale).
export function nextFrame() {
  return new Promise((resolve) => {
    let timer = null;
    const frame = requestAnimationFrame((atMs) => {
      clearTimeout(timer);
      resolve(atMs);
    });
    const late = () => {
      if (document.hidden) {
        cancelAnimationFrame(frame);
        resolve(performance.now());
      } else timer = setTimeout(late, HIDDEN_FRAME_MS);
    };
    timer = setTimeout(late, HIDDEN_FRAME_MS);
  });
}

// Wait until `element` shows all of `parts` (the components mounted in it); returns comments.
export async function painted(element, parts) {
  const graphs = parts.filter((part) => part.type === "Graph").length;
  const maps = parts.filter(isMap).length;
  const urls = parts.map((part) => part.props.url).filter((url) => typeof url === "string");
  const has = (selector, wanted, that) =>
    [...element.querySelectorAll(selector)].filter(that).length >= wanted;
  const comments = [];
  const drawn = await until(
    () =>
      element.childElementCount > 0 &&
      has(".js-plotly-plot", graphs, (graph) => graph.querySelector(".main-svg") !== null) &&
      has(".leaflet-container", maps, () => true),
    LONGEST_MS,
  );
  if (!drawn) comments.push("not drawn in time");
  if (urls.length > 0) {
    comments.push(...(await Promise.all(urls.map(arrival))).filter((wrong) => wrong !== null));
    await until(() => has(".leaflet-container", maps, hasShapes), SHAPES_MS);
  }
  const images = [...element.querySelectorAll("img:not(.camera-live)")];
  await Promise.all([document.fonts.ready, camerasIn(element), ...images.map(decoded)]);
  await nextFrame();
  await nextFrame();
  return comments;
}

async function until(condition, longestMs) {
  const untilMs = performance.now() + longestMs;
  while (!condition()) {
    if (performance.now() > untilMs) return false;
    await nextFrame();
  }
  return true;
}

const isMap = (part) => part.namespace === "dash_leaflet" && /^Map(Container)?$/.test(part.type);
const hasShapes = (map) => map.querySelector(SHAPES) !== null;
const decoded = (image) => image.decode().catch(() => undefined);
