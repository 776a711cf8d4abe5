// What lies above the scene: masks, overlays, and what this client has to say about itself (link
// lost and why, nothing on air, picture held). Draws into an element that Dash leaves alone.

import { sweep } from "./ages.mjs";

const LEVELS = ["public", "internal", "restricted"];

// Whether a tile may be seen under a ceiling; a tile without classification only when all may.
export function within(ceiling, classification) {
  const { level = "restricted", compartments = [] } = classification ?? {};
  return (
    LEVELS.indexOf(level) <= LEVELS.indexOf(ceiling.level) &&
    compartments.every((each) => (ceiling.compartments ?? []).includes(each))
  );
}

// The masks in force. They outlive a lost link and a reload, so they are kept in `storage`.
export class Masks {
  #byId = new Map();
  #storage;
  #key;
  #report;
  #isStored = true; // false: what holds is known here alone

  constructor(storage, key, report = () => {}) {
    this.#storage = storage;
    this.#key = key;
    this.#report = report;
    this.read();
  }

  // Take what is in the storage: another document of this display may have written it.
  read() {
    if (!this.#isStored) return;
    try {
      this.#byId = new Map(JSON.parse(this.#storage.getItem(this.#key) ?? "[]"));
    } catch (error) {
      this.#report(`masks not read: ${error}`);
    }
  }

  get ids() {
    return [...this.#byId.keys()];
  }

  put({ maskId, ceiling, untilAtMs = null }) {
    this.#byId.set(maskId, { ceiling, untilAtMs });
    this.#keep();
  }

  remove(maskId) {
    this.#byId.delete(maskId);
    this.#keep();
  }

  // Drop what has ended; true when something did.
  expire(nowMs) {
    const ended = [...this.#byId].filter(([, { untilAtMs }]) => untilAtMs !== null && untilAtMs <= nowMs);
    ended.forEach(([maskId]) => this.#byId.delete(maskId));
    if (ended.length > 0) this.#keep();
    return ended.length > 0;
  }

  covers(classification) {
    return [...this.#byId.values()].some(({ ceiling }) => !within(ceiling, classification));
  }

  // A full disk must not keep a mask from the glass: it holds here, until this page is gone.
  #keep() {
    try {
      this.#storage.setItem(this.#key, JSON.stringify([...this.#byId]));
      this.#isStored = true;
    } catch (error) {
      this.#isStored = false;
      this.#report(`masks not kept: ${error}`);
    }
  }
}

// Words over the picture, by name: a notice in the middle, a mark in the corner, overlays.
export class Cover {
  #root;

  constructor(root) {
    this.#root = root;
  }

  // kind: notice (middle, nothing else to see), mark (corner), identify, banner, testPattern.
  // The first line is followed by how long it still is to an instant of the shared clock.
  show(kind, lines = [], { countdownToAtMs } = {}) {
    const box = this.box(kind);
    const wanted = lines.filter((line) => line);
    box.replaceChildren(...wanted.map(paragraph));
    if (Number.isFinite(countdownToAtMs)) box.firstChild?.append(" ", countdown(countdownToAtMs));
    sweep(box);
  }

  // The element of a kind, made when it is not there yet.
  box(kind) {
    const found = this.#root.querySelector(`.cover-${kind}`);
    if (found !== null) return found;
    const box = document.createElement("div");
    box.className = `cover-${kind}`;
    this.#root.append(box);
    return box;
  }

  clear() {
    this.#root.replaceChildren();
  }

  hide(kind) {
    this.#root.querySelector(`.cover-${kind}`)?.remove();
  }
}

function paragraph(words) {
  const element = document.createElement("p");
  element.textContent = words;
  return element;
}

function countdown(untilAtMs) {
  const element = document.createElement("span");
  element.className = "ioc-countdown";
  element.dataset.untilMs = untilAtMs;
  return element;
}
