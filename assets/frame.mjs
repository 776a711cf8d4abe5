// The frame around a picture that is not live: the picture steps back into it whole, so that nothing
// of it is hidden, and the room cannot take it for what is. Drawn by the display itself, in the
// frame in which the picture changes; it stays as long as that does, link or no link. In small, on a
// page that marks the panels over the picture, it lies on the edge and the picture stays in place.

import { sweep } from "./ages.mjs";
import { leftMs, paceOf, setClock } from "./realm.mjs";

const HEAD_EM = 1.55; // of the band with the words
const EDGE_EM = 0.4; // the least of the other sides

// How the picture stands in its frame: a window's point p is drawn at p * factor + (xPx, yPx).
export function steppedBack({ widthPx, heightPx }, emPx) {
  const [head, edge] = [HEAD_EM * emPx, EDGE_EM * emPx];
  const room = { width: widthPx - 2 * edge, height: heightPx - head - edge };
  const factor = Math.max(0, Math.min(room.width / widthPx, room.height / heightPx));
  const [xPx, yPx] = [
    (widthPx - widthPx * factor) / 2,
    head + (room.height - heightPx * factor) / 2,
  ];
  return { factor, xPx, yPx };
}

export class Frame {
  #root;
  #say;
  #clock;
  #isSmall;
  #realm = null;
  #timer = null;

  // root: the element that is drawn into; clock: Clock; say(name): words; isSmall: lie on the edge.
  constructor({ root, clock, say, isSmall = false }) {
    this.#root = root;
    this.#isSmall = isSmall;
    root.classList.toggle("is-small", isSmall);
    this.#clock = clock;
    this.#say = say;
  }

  // Frame what is of `realm` as the wire has it; null: what is live has none.
  put(realm) {
    this.#realm = realm;
    this.#draw();
  }

  get isThere() {
    return this.#realm !== null;
  }

  // Lie around the picture in this window; returns how that stands, null when it stays.
  place(window) {
    if (!this.isThere || this.#isSmall) return null;
    const stands = steppedBack(window, parseFloat(getComputedStyle(this.#root).fontSize));
    const { factor, xPx, yPx } = stands;
    const bottomPx = window.heightPx - yPx - window.heightPx * factor;
    const { style } = this.#root;
    style.borderWidth = `${yPx}px ${xPx}px ${bottomPx}px`;
    style.borderImageSlice = `${yPx} ${xPx} ${bottomPx}`; // the hatch as it is, not stretched
    return { ...stands, bottomPx };
  }

  #draw() {
    clearTimeout(this.#timer);
    this.#root.hidden = !this.isThere;
    setClock(this.#root, this.#realm);
    if (!this.isThere) return this.#root.replaceChildren();
    const { exerciseId = "", name = "", clock } = this.#realm;
    const which = word("frame-name", name || exerciseId);
    const there = clock ? [time("time"), word("frame-pace", this.#pace(clock))] : [];
    const day = clock ? [time("date")] : [];
    const told = [line("frame-line", [...there, which]), line("frame-line", day)];
    const what = word("frame-what", this.#say("exercise"));
    this.#root.replaceChildren(line("frame-band", [what, line("frame-told", told)]));
    sweep(this.#root);
    const endsInMs = clock ? leftMs(clock, this.#clock.nowMs()) : null;
    if (endsInMs !== null) this.#timer = setTimeout(() => this.#draw(), endsInMs + 1);
  }

  #pace(clock) {
    const pace = paceOf(clock, this.#clock.nowMs());
    return pace === "running" ? `× ${clock.speed}` : this.#say(`exercise_${pace}`);
  }
}

function word(className, words) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = words;
  return element;
}

function line(className, parts) {
  const element = document.createElement("div");
  element.className = className;
  element.append(...parts);
  return element;
}

function time(format) {
  const element = document.createElement("time");
  element.className = `ioc-clock frame-${format}`;
  element.dataset.format = format;
  return element;
}
