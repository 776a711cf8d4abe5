// The map of what-ifs (layouts/pages/what_if_map.py): what can be picked, and the finger's width
// around it. Called by dash-leaflet with (feature, …, {hideout}). Inert without such a map.

const SEEN_PX = 5;
const TOUCH_PX = 30;
const TARGET_PX = 48;
const POINT_PX = 16;
const COLOURS = { links: "#8fa3b0", junctions: "#c9d0d9", areas: "#6d8fa4", conduits: "#4f86a8", stations: "#56b4e9", lakes: "#3c6680", gates: "#56b4e9" };
const PICKED = "#ffc940";
const CHOSEN = "#cc79a7";

function colourOf({ properties: { id, target, list } }, { picked, chosen }) {
  if (id === picked) return PICKED;
  return chosen.includes(target) ? CHOSEN : COLOURS[list];
}

function style(feature, { hideout }) {
  if (hideout.isTouched) return { color: "#ffffff", weight: TOUCH_PX, opacity: 0.004, lineCap: "round" };
  const stands = feature.properties.id === hideout.picked || hideout.chosen.includes(feature.properties.target);
  return { color: colourOf(feature, hideout), weight: stands ? 2 * SEEN_PX : SEEN_PX, opacity: 1, lineCap: "round" };
}

function point(feature, latlng, { hideout }) {
  const mark = document.createElement("span");
  const size = hideout.isTouched ? TARGET_PX : POINT_PX;
  if (hideout.isTouched) {
    mark.className = "wi-touch";
    mark.title = feature.properties.name;
  } else {
    mark.className = `t-swatch shape-${feature.properties.shape}`;
    mark.style.backgroundColor = colourOf(feature, hideout);
  }
  const icon = window.L.divIcon({ html: mark, className: "map-point", iconSize: [size, size] });
  return window.L.marker(latlng, { icon, interactive: Boolean(hideout.isTouched), keyboard: false });
}

if (typeof window !== "undefined") window.iocPick = { style, point };
