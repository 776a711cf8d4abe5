// What an output does to the finished picture (PROTOCOL.md, "Glass"): trim, the wandering that keeps
// marks from burning in, and night. All by the shared clock; nothing is drawn anew for it.

const MINUTE_MS = 60_000;
const DAY_MIN = 1_440;
const WHITE_K = 6_600;
const DUSK = 0.8; // of green, by far the lightest channel: below it grey words are too dark
const FULL_LIGHT = ["emergency", "alarm"]; // layers that are seen as by day
const FILTER =
  '<svg width="0" height="0" aria-hidden="true" style="position: absolute">' +
  '<filter id="ioc-night" color-interpolation-filters="sRGB"><feColorMatrix/></filter></svg>';
const STILL = { x: 0, y: 0 };

// Where the picture is in its minute: the n-th place of a square's border, clockwise.
export function orbitAt(nowMs, orbitPx) {
  if (!(orbitPx > 0)) return STILL;
  const side = 2 * orbitPx;
  const step = (Math.floor(nowMs / MINUTE_MS) + orbitPx) % (4 * side); // from the upper right corner
  const [edge, along] = [Math.floor(step / side), (step % side) - orbitPx];
  const corners = [
    { x: orbitPx, y: along },
    { x: -along, y: orbitPx },
    { x: -orbitPx, y: -along },
    { x: along, y: -orbitPx },
  ];
  return { x: corners[edge].x || 0, y: corners[edge].y || 0 };
}

// How much night it is, from 0 to 1.
export function nightAt(nowMs, night) {
  if (!night || night.mode === "off") return 0;
  if (night.mode === "on") return 1;
  const [from, to] = [minutesOf(night.from), minutesOf(night.to)];
  const since = (since) => (localMinutes(nowMs, night.timezone) - since + DAY_MIN) % DAY_MIN;
  const lastsMin = (to - from + DAY_MIN) % DAY_MIN;
  const risen = (min) => (night.fadeMin > 0 ? Math.min(1, min / night.fadeMin) : 1);
  if (since(from) < lastsMin) return risen(since(from));
  return night.fadeMin > 0 ? Math.max(0, risen(lastsMin) - since(to) / night.fadeMin) : 0;
}

// What each channel is multiplied by at so much night.
export function gainsAt(level, { dim, whiteK }) {
  return whiteOf(whiteK).map((white) => 1 - level * (1 - dim * white));
}

// Whether words must be lighter than by day to be read (00-tokens.css, .is-night).
export const isDusk = (gains) => gains !== null && gains[1] < DUSK;

// A black body's colour as a part of white's; the fit of Tanner Helland, sRGB, 2000 to 6600 K.
function whiteOf(kelvin) {
  const green = (hundreds) => 99.4708025861 * Math.log(hundreds) - 161.1195681661;
  const blue = (hundreds) => 138.5177312231 * Math.log(hundreds - 10) - 305.0447927307;
  const part = (channel) => Math.min(1, Math.max(0, channel(kelvin / 100) / channel(WHITE_K / 100)));
  return [1, part(green), part(blue)];
}

const minutesOf = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

function localMinutes(atMs, timeZone) {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone };
  const parts = new Intl.DateTimeFormat("en", options).formatToParts(atMs);
  const [hour, minute, second] = ["hour", "minute", "second"].map((type) =>
    Number(parts.find((part) => part.type === type).value),
  );
  return hour * 60 + minute + second / 60;
}

export class Glass {
  #given;
  #told = {};
  #matrix = null;
  #values = null;
  #layer = null;
  #timer = null;

  // canvas: the element that holds the picture; clock: Clock; onMoved() when the offset changed.
  constructor(given) {
    this.#given = given;
  }

  offset = STILL; // of the picture, in canvas pixels
  level = 0; // how much night there is

  get trimPx() {
    return this.#told.trimPx ?? STILL;
  }

  put(told) {
    this.#told = told ?? {};
    this.#apply();
  }

  // What is on air now has another layer; said in the frame of the change.
  shows(layer) {
    if (layer === this.#layer) return;
    this.#layer = layer;
    this.#apply();
  }

  #apply() {
    clearTimeout(this.#timer);
    const nowMs = this.#given.clock.nowMs();
    const { orbitPx = 0, night = null } = this.#told;
    const orbit = orbitAt(nowMs, orbitPx);
    const [x, y] = [this.trimPx.x + orbit.x, this.trimPx.y + orbit.y];
    const moved = x !== this.offset.x || y !== this.offset.y;
    this.offset = { x, y };
    this.level = FULL_LIGHT.includes(this.#layer) ? 0 : nightAt(nowMs, night);
    this.#tint(this.level > 0 ? gainsAt(this.level, night) : null);
    if (moved) this.#given.onMoved();
    const byClock = orbitPx > 0 || night?.mode === "auto";
    if (byClock) this.#timer = setTimeout(() => this.#apply(), this.#untilNextMs(nowMs, night));
  }

  // At each full minute; within the hours of a fade ten times as often, so that no step is seen.
  #untilNextMs(nowMs, night) {
    const fading = night?.mode === "auto" && this.level > 0 && this.level < 1;
    const everyMs = fading ? MINUTE_MS / 10 : MINUTE_MS;
    return everyMs - (nowMs % everyMs) + 1;
  }

  #tint(gains) {
    const { classList, style } = this.#given.canvas;
    classList.toggle("is-night", isDusk(gains));
    const values = gains?.map((gain, i) => row(i, gain)).join(" ");
    if (values === this.#values) return;
    this.#values = values;
    if (gains === null) {
      style.filter = "";
      return;
    }
    this.#matrix ??= filter();
    this.#matrix.setAttribute("values", `${values} 0 0 0 1 0`);
    style.filter = "url(#ioc-night)";
  }
}

const row = (channel, gain) =>
  [0, 1, 2, 3, 4].map((i) => (i === channel ? Math.round(gain * 1e4) / 1e4 : 0)).join(" ");

// Parsed, because only the parser makes SVG without being told an address.
function filter() {
  const svg = new DOMParser().parseFromString(FILTER, "text/html").body.firstChild;
  document.body.append(svg);
  return svg.querySelector("feColorMatrix");
}
