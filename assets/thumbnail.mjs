// A small picture of what this page shows, for the proof of display. A page cannot take one of
// itself: who watches its browser from outside does (deploy/kiosk_watch.py). Here is said when one
// is due, and what was taken is passed on.

import { ownNowMs } from "./clock.mjs";
import { windowSize } from "./canvas.mjs";

const CALM_MS = 2_500; // after a switch: by then every output has told of it, and nothing fades

export class Thumbnail {
  #given;
  #order = null; // {widthPx, largestBytes}; null: no pictures are kept
  #givenFor = null; // switchId
  #asked = null; // {switchId, atMs}

  // clock: Clock, tell(type, d), lastSwitch(): {switchId, shownAtMs} or null, isHidden().
  constructor(given) {
    this.#given = given;
  }

  order(order) {
    this.#order = order ?? null;
  }

  // Which picture is to be taken now; null: none.
  get due() {
    const { clock, lastSwitch, isHidden } = this.#given;
    const last = lastSwitch();
    if (this.#order === null || last === null || isHidden()) return null;
    if (last.switchId === this.#givenFor || clock.nowMs() < last.shownAtMs + CALM_MS) return null;
    this.#asked = { switchId: last.switchId, atMs: ownNowMs() };
    const { widthPx, heightPx } = windowSize();
    return { switchId: last.switchId, ...this.#order, windowPx: { width: widthPx, height: heightPx } };
  }

  // The picture that was due, a JPEG in base64; of what was on glass before it is not passed on.
  give(switchId, image) {
    const { clock, tell, lastSwitch } = this.#given;
    if (this.#asked?.switchId !== switchId || lastSwitch()?.switchId !== switchId) return;
    this.#givenFor = switchId;
    const halfMs = (ownNowMs() - this.#asked.atMs) / 2;
    const takenAtMs = clock.toShared(this.#asked.atMs + halfMs);
    tell("thumbnail", { switchId, takenAtMs, uncertaintyMs: halfMs + clock.uncertaintyMs, image });
  }
}
