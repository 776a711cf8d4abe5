// What an operator or installer lays over the scene: identify, banner, test pattern. Words come from
// `cover.mjs`; the pattern is drawn here, and flashes by the shared clock.

import { PARTS, draw, gaps } from "./pattern.mjs";

const KINDS = ["identify", "banner", "testPattern"];
const SECOND_MS = 1_000;

export class Overlays {
  #given;
  #timers = new Map(); // kind -> when it ends by itself
  #pattern = null; // the `d` of the pattern that is shown
  #beat = null;
  #second = null; // of the shared clock, and the frames in it
  #frames = 0;

  // cover: Cover, clock: Clock, place(): where this display is and what it measures (player.mjs).
  constructor(given) {
    this.#given = given;
  }

  put({ kind, text, untilAtMs, countdownToAtMs, ...more }) {
    if (kind === "clear") KINDS.forEach((each) => this.#hide(each));
    if (!KINDS.includes(kind)) return;
    if (kind === "testPattern") this.#show({ parts: PARTS, outputs: [], ...more });
    else if (kind === "banner" && isBelow(this.#given.place())) this.#hide(kind);
    else {
      const lines = kind === "identify" ? this.#whoami() : this.#worded(text).split("\n");
      this.#given.cover.show(kind, lines, { countdownToAtMs });
    }
    clearTimeout(this.#timers.get(kind));
    if (!Number.isFinite(untilAtMs)) return;
    const leftMs = untilAtMs - this.#given.clock.nowMs();
    this.#timers.set(kind, setTimeout(() => this.#hide(kind), leftMs));
  }

  // The window or the trim changed: draw the pattern anew where it is now.
  placed() {
    if (this.#pattern !== null) this.#draw();
  }

  #hide(kind) {
    clearTimeout(this.#timers.get(kind));
    this.#given.cover.hide(kind);
    if (kind !== "testPattern") return;
    this.#pattern = null;
    cancelAnimationFrame(this.#beat);
  }

  #worded(text) {
    const { language } = this.#given.place();
    return String((typeof text === "object" && text !== null ? text[language] : text) ?? "");
  }

  #whoami() {
    const { outputId, view, wall, rectPx } = this.#given.place();
    return [outputId ?? view, wall, rectPx ? span(rectPx) : view];
  }

  #show(d) {
    this.#pattern = d;
    const box = this.#given.cover.box("testPattern");
    const [paper, flash] = [document.createElement("canvas"), document.createElement("div")];
    flash.className = "pattern-flash";
    const counter = document.createElement("p");
    counter.className = "pattern-counter";
    const moving = [d.parts.includes("flash") && flash, d.parts.includes("counter") && counter];
    box.replaceChildren(paper, ...moving.filter((each) => each));
    this.#draw();
    cancelAnimationFrame(this.#beat);
    if (moving.some((each) => each)) this.#beat = requestAnimationFrame((at) => this.#tick(at));
  }

  #draw() {
    const place = this.#given.place();
    const paper = this.#given.cover.box("testPattern").querySelector("canvas");
    const { devicePixelRatio: ratio, widthPx, heightPx } = place.window;
    paper.width = Math.round(widthPx * ratio);
    paper.height = Math.round(heightPx * ratio);
    const pen = paper.getContext("2d");
    const { scale, xPx, yPx } = place.drawn;
    pen.setTransform(scale * ratio, 0, 0, scale * ratio, xPx * ratio, yPx * ratio);
    const { outputs, parts } = this.#pattern;
    const own = { outputId: place.outputId ?? place.view, rectPx: place.rectPx ?? whole(place) };
    const all = outputs.length > 0 ? outputs : [own];
    const rects = all.map(({ rectPx }) => rectPx);
    const told = all.map((each) => ({ ...each, lines: linesOf(each, rects, place) }));
    draw(pen, { canvasPx: place.canvasPx, outputs: told, parts, unitPx: place.unitPx });
  }

  // By the frame's own time, as switches are: outputs whose frames fall together flash together.
  #tick(frameMs) {
    this.#beat = requestAnimationFrame((at) => this.#tick(at));
    const atMs = this.#given.clock.toShared(performance.timeOrigin + frameMs);
    const second = Math.floor(atMs / SECOND_MS);
    this.#frames = second === this.#second ? this.#frames + 1 : 0;
    const box = this.#given.cover.box("testPattern");
    const counter = box.querySelector(".pattern-counter");
    if (counter) counter.textContent = `${second % 100}.${String(this.#frames).padStart(2, "0")}`;
    if (second === this.#second) return;
    this.#second = second;
    box.querySelector(".pattern-flash")?.classList.toggle("is-white", second % 2 === 0);
  }
}

const span = ({ width, height, x, y }) => `${width} × ${height} @ ${x}, ${y}`;
// A wall says what it has to say once, along its top: below, pictures stay whole.
const isBelow = ({ rectPx, canvasPx }) => Boolean(rectPx) && rectPx.y >= canvasPx.height / 2;
const whole = ({ canvasPx }) => ({ x: 0, y: 0, ...canvasPx });

// What is written on an output: its id and place; on its own display what that measures, too.
function linesOf({ outputId, rectPx }, rects, place) {
  const { left, top, right, bottom } = gaps(rectPx, rects);
  const px = (gap) => (gap === null ? "–" : gap);
  const bezels = `← ${px(left)}  ↑ ${px(top)}  → ${px(right)}  ↓ ${px(bottom)}`;
  const lines = [
    { text: outputId },
    { text: `${place.wall} · ${span(rectPx)}` },
    { text: place.say("pattern_bezel", { bezels }) },
  ];
  if (outputId !== place.outputId) return lines;
  const { widthPx, heightPx, devicePixelRatio: ratio } = place.window;
  const size = `${Math.round(widthPx * ratio)} × ${Math.round(heightPx * ratio)}`;
  const { trimPx, mismatch, uncertaintyMs, ratioOfWall } = place;
  const said = new Intl.NumberFormat(place.language, { maximumFractionDigits: 2 });
  const ratios = { ratio: said.format(ratio), wall: said.format(ratioOfWall) };
  return [
    ...lines,
    { text: place.say("pattern_panel", { size, ...ratios }), isWrong: mismatch !== null },
    { text: place.say("pattern_trim", trimPx) },
    { text: place.say("pattern_clock", { error: said.format(uncertaintyMs) }) },
  ];
}
