// Where the picture lies in this window: the wall's plane where the joining says, moved by what the panel
// is trimmed, and stepped back into its frame when it is not live. How that is reckoned: canvas.mjs.

import { placement, windowSize } from "./canvas.mjs";

export class Placing {
  #given;
  drawn = null; // where the canvas lies, without the frame: {scale, xPx, yPx, mismatch}

  // root: what holds the properties, canvas: what is moved, frame: Frame, glass: Glass.
  constructor(given) {
    this.#given = given;
  }

  // joined: the `d` of `identified`. Returns what of window and output does not fit, null when all does.
  place({ rectPx, canvasPx, devicePixelRatio, unitPx = 24, view }) {
    const { root, canvas, glass } = this.#given;
    const { scale, xPx, yPx, mismatch } = placement(windowSize(), {
      rectPx: view ? undefined : rectPx,
      canvasPx,
      devicePixelRatio,
    });
    const { x, y } = glass.offset;
    this.drawn = { scale, xPx: xPx + x * scale, yPx: yPx + y * scale, mismatch };
    canvas.style.width = `${canvasPx.width}px`;
    canvas.style.height = `${canvasPx.height}px`;
    root.style.setProperty("--player-u", `${unitPx * scale}px`); // the frame's type follows it
    canvas.style.transform = this.#standing(this.drawn);
    root.style.setProperty("--player-unit", `${unitPx}px`);
    return mismatch;
  }

  // The same for what is written over the picture, in pixels of the wall and of this window.
  told({ rectPx, canvasPx, devicePixelRatio: ratioOfWall = 1, unitPx = 24 }) {
    const { drawn } = this;
    const { mismatch } = drawn;
    return { rectPx, canvasPx, unitPx, ratioOfWall, drawn, mismatch, window: windowSize() };
  }

  #standing({ xPx, yPx, scale }) {
    const { root, frame } = this.#given;
    const placed = frame.place(windowSize()) ?? { factor: 1, xPx: 0, yPx: 0, bottomPx: 0 };
    for (const [side, px] of [["x", placed.xPx], ["top", placed.yPx], ["bottom", placed.bottomPx]]) {
      root.style.setProperty(`--frame-${side}`, `${px}px`);
    }
    const [x, y] = [xPx * placed.factor + placed.xPx, yPx * placed.factor + placed.yPx];
    return `translate(${x}px, ${y}px) scale(${scale * placed.factor})`;
  }
}
