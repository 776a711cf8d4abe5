// How this page is: frames a second, heap, what went wrong since it was last told. For heartbeats.

const FACE = "Noto Sans";
const FRAMES_SAMPLED = 8;
const ERRORS_KEPT = 8;
const LONGEST_ERROR = 200;
const TICK_MS = 1_000;
const STALL_MS = 3_000; // the page's thread did nothing else for so long
const NO_FRAMES_MS = 4_000;
const DEAD_MS = 15_000; // without a frame, while the page is visible: the kiosk's watch ends it

export class Health {
  fps = null;
  #askedMs = null; // when a frame was asked for that has not come
  #standing = new Map(); // name -> what is wrong until it is mended
  #errors = []; // told once

  // Listen to what fails anywhere on the page, and notice when it stood still.
  listen(page = window) {
    let tickedMs = performance.now();
    page.setInterval(() => {
      const stoodMs = performance.now() - tickedMs - TICK_MS;
      tickedMs = performance.now();
      if (stoodMs > STALL_MS && !document.hidden) this.report(`stood still for ${seconds(stoodMs)}`);
    }, TICK_MS);
    page.addEventListener("error", (event) => this.report(event.message ?? "resource failed"));
    page.addEventListener("unhandledrejection", (event) => this.report(String(event.reason)));
  }

  report(what) {
    const words = String(what).slice(0, LONGEST_ERROR);
    if (!this.#errors.includes(words)) this.#errors = [...this.#errors, words].slice(-ERRORS_KEPT);
  }

  // What stays true until told otherwise (a missing font, a wrong mode); null clears it.
  standing(name, what) {
    if (what === null) this.#standing.delete(name);
    else this.#standing.set(name, what);
  }

  // A few frames say how fast the page draws; measuring always would keep an idle page busy.
  sampleFps() {
    if (document.hidden) this.#askedMs = null;
    const waitedMs = this.#waitedMs;
    this.standing("frames", waitedMs > NO_FRAMES_MS ? `no frame for ${seconds(waitedMs)}` : null);
    if (document.hidden || this.#askedMs !== null) return;
    this.#askedMs = performance.now();
    let first = null;
    let frames = 0;
    const step = (atMs) => {
      first ??= atMs;
      this.#askedMs = frames === FRAMES_SAMPLED ? null : performance.now();
      if (frames === FRAMES_SAMPLED) this.fps = (frames * 1000) / (atMs - first);
      else requestAnimationFrame(step);
      frames += 1;
    };
    requestAnimationFrame(step);
  }

  // Whether frames come: asked from outside, where an answer alone says that the thread runs.
  get alive() {
    return document.hidden || this.#waitedMs < DEAD_MS;
  }

  get #waitedMs() {
    return this.#askedMs === null ? 0 : performance.now() - this.#askedMs;
  }

  get errors() {
    return [...this.#standing.values(), ...this.#errors];
  }

  // The part of a heartbeat that is about the page; errors of the moment are told once.
  tell() {
    const errors = this.errors;
    this.#errors = [];
    const heap = performance.memory?.usedJSHeapSize;
    return {
      ...(this.fps !== null && { fps: Math.round(this.fps * 10) / 10 }),
      ...(heap !== undefined && { heapMb: Math.round(heap / 1e5) / 10 }),
      ...(errors.length > 0 && { errors }),
    };
  }
}

const seconds = (ms) => `${Math.round(ms / 1_000)} s`;

// Whether the wall's face is there: its letters are measured against those of a face that is sure
// to be another. (document.fonts.check() says yes for any face that is not on the page at all.)
export async function fontMissing(face = FACE) {
  await document.fonts.load(`100px "${face}"`).catch(() => undefined);
  const pen = document.createElement("canvas").getContext("2d");
  const width = (family) => {
    pen.font = `100px ${family}`;
    return pen.measureText("Hà Nội ngập úng 0123456789 Ưỡẫ").width;
  };
  const missing = ["serif", "monospace"].every(
    (other) => width(`"${face}", ${other}`) === width(other),
  );
  return missing ? `font missing: ${face}` : null;
}
