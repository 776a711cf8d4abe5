// How maps are drawn: fills, lines and points by band, the worst few and the sites by name. Called by
// dash-leaflet with (feature, …, {map, hideout}); a map's values, colours and bezels are in `hideout`.

import "./outlines.mjs";

const LAND = { stroke: true, color: "#2e3640", fill: true, fillColor: "#171c22", fillOpacity: 1, opacity: 1 };
const LABEL_U = 0.8; // 16 minutes of arc
const POINT_U = 0.8;
const CALM_U = 0.3; // of a point in a calm band, as lines are drawn thinner there
const SITE_U = 0.5;
const AIR_U = 0.15;

const drawn = new WeakMap(); // map -> {hideout, layers: id -> layer, asked}
const timed = new Set(); // maps that show a run over time

const idOf = (feature) => String(feature.properties?.code ?? feature.properties?.id ?? feature.id ?? "");
const unitOf = (context) => context?.hideout?.unitPx ?? 16;
const bandOf = (feature, hideout) => hideout.palette[(hideout.shown ?? hideout.values)[idOf(feature)]];

function land(_feature, context) {
  return { ...LAND, weight: Math.max(1, unitOf(context) * 0.03) };
}

function style(feature, context) {
  const { hideout } = context;
  const band = bandOf(feature, hideout);
  const u = unitOf(context);
  if (feature.geometry.type.endsWith("LineString")) {
    const color = band?.colour ?? "#39424d";
    const weight = u * (band?.vivid ? 0.32 : 0.16);
    const solid = { color, weight, opacity: 1, lineCap: "round", lineJoin: "round", dashArray: null };
    if (!feature.properties?.invented) return solid;
    return { ...solid, weight: 0.75 * weight, lineCap: "butt", dashArray: `${u * 0.3} ${u * 0.2}` };
  }
  return {
    ...LAND,
    color: "#0a0c0f",
    weight: Math.max(1, u * 0.04),
    fillColor: band?.colour ?? LAND.fillColor,
    fillOpacity: 1,
  };
}

function point(feature, latlng, context) {
  const { hideout } = context;
  const icon = iconOf(feature, hideout);
  return window.L.marker(latlng, { icon, interactive: false, keyboard: false, zIndexOffset: hideout.values[idOf(feature)] ?? 0 });
}

function iconOf(feature, hideout) {
  const band = bandOf(feature, hideout);
  const size = (hideout.unitPx ?? 16) * (band?.vivid ? POINT_U : band ? CALM_U : POINT_U / 2);
  const swatch = document.createElement("span");
  swatch.className = `t-swatch shape-${band?.shape ?? "circle"}`;
  swatch.style.backgroundColor = band?.colour ?? "#47515d";
  return window.L.divIcon({ html: swatch, className: "map-point", iconSize: [size, size] });
}

// Every feature passes here; when all of them have, the labels are placed in one go.
function each(feature, layer, context) {
  const { map, hideout } = context;
  let now = drawn.get(map);
  if (now?.hideout !== hideout) {
    now = { hideout, layers: new Map(), asked: false, labels: now?.labels ?? [] };
    if (!drawn.has(map)) map.on("zoomend moveend resize", () => label(map));
    drawn.set(map, now);
  }
  now.layers.set(idOf(feature), { layer, feature });
  if (hideout.frames) timed.add(map);
  if (!now.asked) {
    now.asked = true;
    queueMicrotask(() => {
      now.asked = false;
      raise(now);
      label(map);
    });
  }
}

// Show every timed map inside `root` as it is at a minute of its run (frames.mjs says which).
function step(root, minute) {
  for (const map of timed) {
    const now = drawn.get(map);
    if (!map.getPane("mapPane") || !map.getContainer().isConnected) timed.delete(map);
    else if (now.hideout.frames && root.contains(map.getContainer())) turn(map, now, minute);
  }
}

// A frame is one digit a feature, its place in the palette; "-" has none. Who has no course is always
// what it is: ground that stays dry.
function turn(map, now, minute) {
  const { hideout, layers } = now;
  const { minutes, order, steps } = hideout.frames;
  const index = Math.max(0, minutes.findLastIndex((each) => each <= minute));
  if (now.turned === index && now.of === hideout) return;
  Object.assign(now, { turned: index, of: hideout });
  const before = hideout.shown ?? hideout.values;
  hideout.still ??= without(hideout.values, new Set(order));
  hideout.shown = { ...hideout.still };
  for (const [at, id] of order.entries()) {
    const band = parseInt(steps[index][at], 36);
    if (!Number.isNaN(band)) hideout.shown[id] = band;
  }
  for (const [id, { layer, feature }] of layers) {
    if (before[id] === hideout.shown[id]) continue;
    if (layer.setStyle) layer.setStyle(style(feature, { map, hideout }));
    else layer.setIcon?.(iconOf(feature, hideout));
  }
}

const without = (values, gone) => Object.fromEntries(Object.entries(values).filter(([id]) => !gone.has(id)));

// What stands out lies above what is calm.
function raise({ layers, hideout }) {
  for (const { layer, feature } of layers.values()) {
    if (bandOf(feature, hideout)?.vivid && layer.bringToFront && layer._map) layer.bringToFront();
  }
}

function label(map) {
  const now = drawn.get(map);
  if (!now || !map._loaded || !map.getPane("mapPane")) return; // a map that was removed has no panes
  for (const element of now.labels) element.remove();
  now.labels = [];
  const { hideout, layers } = now;
  const u = hideout.unitPx;
  const size = map.getSize();
  const placed = (hideout.keepOff ?? []).map(([x0, y0, x1, y1]) => ({ x0, y0, x1, y1 }));
  const room = { x0: 0, y0: 0, x1: size.x, y1: size.y };
  const pane = map.getPane("tooltipPane");

  const sites = hideout.sites.map((site) => ({ site, at: map.latLngToContainerPoint([site.lat, site.lon]) }));
  // Where two would lie on each other the map is too small to say where they are.
  const apart = sites.filter(({ at }) => sites.every((other) => other.at === at || other.at.distanceTo(at) > u));
  const seen = apart.filter(({ at }) => at.x > 0 && at.y > 0 && at.x < size.x && at.y < size.y);
  for (const { at } of seen) {
    const ring = document.createElement("span");
    ring.className = "map-site";
    const side = u * SITE_U;
    Object.assign(ring.style, { width: `${side}px`, height: `${side}px`, borderWidth: `${Math.max(2, u * 0.1)}px` });
    put(map, pane, ring, at.x - side / 2, at.y - side / 2);
    now.labels.push(ring);
    placed.push(box(at, side / 2));
  }
  const wanted = hideout.labels
    .map((each) => ({ ...each, ...layers.get(each.id) }))
    .filter((each) => each.layer && isNamedHere(map, each.layer));
  const points = wanted.filter((each) => each.layer.getLatLng);
  for (const each of points) placed.push(box(map.latLngToContainerPoint(each.layer.getLatLng()), (u * POINT_U) / 2));

  for (const each of wanted) {
    const name = each.name ?? each.feature.properties?.name ?? "";
    const made = words(name, each.value, u);
    if (!stand(map, pane, made, anchor(map, each.layer), { u, placed, room, seams: hideout.seams })) made.remove();
    else now.labels.push(made);
  }
  for (const { site, at } of seen) {
    const made = words(site.name, "", u);
    if (!stand(map, pane, made, { at, reach: (u * SITE_U) / 2, inside: false }, { u, placed, room, seams: hideout.seams })) made.remove();
    else now.labels.push(made);
  }
}

function words(name, value, u) {
  const made = document.createElement("span");
  made.className = "map-label";
  made.style.fontSize = `${u * LABEL_U}px`;
  // Both ends of a road, one above the other: half as wide, so it finds its place more often.
  const [first, second] = name.trim().split(/ (?:→|–) /);
  made.append(first);
  if (second) made.append(document.createElement("br"), `– ${second}`);
  if (value) {
    const strong = document.createElement("b");
    strong.append(value);
    made.append(strong);
  }
  return made;
}

// Where a label wants to stand: on an area, beside a point or the middle of a line.
function anchor(map, layer) {
  const u = drawn.get(map).hideout.unitPx;
  if (layer.getLatLng) {
    return { at: map.latLngToContainerPoint(layer.getLatLng()), reach: (u * POINT_U) / 2, inside: false };
  }
  const area = layer.feature.geometry.type.endsWith("Polygon");
  if (area) return { at: map.latLngToContainerPoint(layer.getBounds().getCenter()), reach: u * 0.4, inside: true };
  const path = layer.getLatLngs().flat(2);
  const middle = path.length % 2 ? path[(path.length - 1) / 2] : between(path[path.length / 2 - 1], path[path.length / 2]);
  return { at: map.latLngToContainerPoint(middle), reach: u * 0.25, inside: false };
}

// A feature is named where its middle is seen, and not when another map names it.
function isNamedHere(map, layer) {
  const { at } = anchor(map, layer);
  const { x, y } = map.getSize();
  if (at.x < 0 || at.y < 0 || at.x > x || at.y > y) return false;
  const { elsewhere } = drawn.get(map).hideout;
  return !elsewhere || !window.L.latLngBounds(elsewhere).contains(map.containerPointToLatLng(at));
}

const between = (a, b) => window.L.latLng((a.lat + b.lat) / 2, (a.lng + b.lng) / 2);
const box = ({ x, y }, half) => ({ x0: x - half, y0: y - half, x1: x + half, y1: y + half });
const meet = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

// Put `made` at the first place around its anchor that is free, inside, and off every bezel.
function stand(map, pane, made, { at, reach, inside }, { u, placed, room, seams }) {
  put(map, pane, made, 0, 0);
  const width = made.offsetWidth;
  const height = made.offsetHeight;
  const gap = reach + u * AIR_U;
  const sides = [
    ...(inside ? [[-width / 2, -height / 2]] : []),
    [gap, -height / 2],
    [-gap - width, -height / 2],
    [-width / 2, -gap - height],
    [-width / 2, gap],
    [gap, -gap - height],
    [gap, gap],
    [-gap - width, -gap - height],
    [-gap - width, gap],
    [-width / 2, -gap - 2 * height],
    [-width / 2, gap + height],
    [gap, -gap - 2 * height],
    [gap, gap + height],
    [-gap - width, -gap - 2 * height],
    [-gap - width, gap + height],
  ];
  const air = u * AIR_U;
  for (const [dx, dy] of sides) {
    const x = at.x + dx;
    const y = at.y + dy;
    const here = { x0: x - air, y0: y, x1: x + width + air, y1: y + height };
    const outside = here.x0 < room.x0 || here.y0 < room.y0 || here.x1 > room.x1 || here.y1 > room.y1;
    const onBezel =
      seams.x.some(([a, b]) => here.x0 < b && here.x1 > a) || seams.y.some(([a, b]) => here.y0 < b && here.y1 > a);
    if (outside || onBezel || placed.some((other) => meet(here, other))) continue;
    put(map, pane, made, x, y);
    placed.push(here);
    return true;
  }
  return false;
}

function put(map, pane, element, x, y) {
  const origin = map.containerPointToLayerPoint([x, y]);
  element.style.left = `${origin.x}px`;
  element.style.top = `${origin.y}px`;
  pane.append(element);
}

window.iocMaps = { land, style, point, each, step };
