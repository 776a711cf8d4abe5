// What this client shows, has prepared and has staged, and how one becomes the other
// (PROTOCOL.md, "A switch" and "Between switches"). Knows no socket: frames in, answers by `tell`.

import { ownNowMs } from "./clock.mjs";
import { nextFrame } from "./paint.mjs";
import { setClock } from "./realm.mjs";
import { NoSlot, place } from "./slots.mjs";

const FRAME_MS = 1000 / 60;
const CLOCK_WITHIN_MS = 1_000;
const STAGGER_FADE_MS = 150; // of each tile

// A scene as this client has it: the tiles, with the newest version of each, and their slots.
class Scene {
  slots = [];

  constructor({ sceneId, revision, layer = null, stageId = null, realm = null }, tiles) {
    Object.assign(this, { sceneId, revision, layer, stageId, realm, tiles });
  }

  get named() {
    return this.sceneId === null ? null : { sceneId: this.sceneId, revision: this.revision };
  }

  // Each slot with the rectangle it has in this scene.
  get places() {
    return this.slots.map((slot, i) => [slot, this.tiles[i].rectPx]);
  }
}

export class Stage {
  shown = null;
  lastSwitch = null;
  counters = { prepared: 0, failed: 0, shown: 0, late: 0, aborted: 0, staged: 0, contents: 0 };
  #staged = null;
  #switches = new Map(); // switchId -> {scene, ready, answered, committed}
  #done = new Set(); // switchIds shown or dropped: repeats change nothing
  #needed = new Map(); // renderId -> {promise, resolve}
  #fading = [];
  #held = null; // contents that came while frozen, the newest by render
  #given;

  // pool: SlotPool, contents: Contents, clock: Clock, tell(type, d), judge(slot) after a slot's
  // tile changed, onShown(scene), showsStage: a view of the preview.
  constructor(given) {
    this.#given = { judge: () => {}, onShown: () => {}, showsStage: false, ...given };
  }

  get showing() {
    return this.shown?.named ?? null;
  }

  // A new connection: what the one before had prepared will never be committed.
  joined({ showsStage = false } = {}) {
    this.#given.showsStage = showsStage;
    for (const [switchId, { committed, answered }] of this.#switches) {
      if (!committed || !answered) this.#drop(switchId);
    }
    this.#unstage();
    this.#needed.clear();
  }

  async stage(d) {
    this.#unstage();
    const scene = new Scene(d, d.tiles);
    this.#staged = scene;
    const told = await this.#mount(scene);
    if (this.#staged !== scene) return;
    this.counters.staged += 1;
    if (this.#given.showsStage && told.status === "ok") this.#flip(scene, null);
    this.#given.tell("staged", { stageId: d.stageId, ...told });
  }

  // Show a picture kept from an earlier life of this page, unless something is on glass by then.
  async restore(d) {
    const scene = new Scene(d, d.tiles);
    const told = await this.#mount(scene);
    if (told.status === "ok" && this.shown === null) this.#flip(scene, null);
    else this.#release(scene);
  }

  async prepare(d) {
    const { switchId } = d;
    if (this.#switches.has(switchId) || this.#done.has(switchId)) return;
    for (const [other, { committed }] of this.#switches) if (!committed) this.#drop(other);
    const staged = d.stageId && this.#staged?.stageId === d.stageId ? this.#staged : null;
    const tiles = d.tiles ?? staged?.tiles ?? null;
    const beganMs = performance.now();
    const scene = new Scene(d, tiles ?? []);
    const ready =
      tiles === null
        ? Promise.resolve({ status: "failed", code: "unknownStage", comment: `${d.stageId}` })
        : this.#mount(scene);
    const prepared = { scene, ready, answered: false, committed: false };
    this.#switches.set(switchId, prepared);
    const told = await ready;
    if (!this.#switches.has(switchId)) return;
    prepared.answered = true;
    this.counters[told.status === "ok" ? "prepared" : "failed"] += 1;
    this.#given.tell("ready", { switchId, ...told, preparedMs: performance.now() - beganMs });
  }

  async commit({ switchId, showAtMs, transition }) {
    const prepared = this.#switches.get(switchId);
    if (prepared === undefined || prepared.committed) return;
    prepared.committed = true;
    const { status } = await prepared.ready;
    if (status !== "ok") return; // `abort` follows, and a repair later
    const frameAtMs = await this.#frameAt(showAtMs);
    if (!this.#switches.has(switchId)) return;
    this.#flip(prepared.scene, transition);
    this.#finish(switchId);
    const shownAtMs = this.#given.clock.toShared(await onGlass(frameAtMs));
    this.#told(switchId, { showAtMs, shownAtMs, frameAtMs });
  }

  abort({ switchId }) {
    if (!this.#switches.has(switchId)) return;
    this.counters.aborted += 1;
    this.#drop(switchId);
  }

  content(d) {
    this.counters.contents += 1;
    this.#given.contents.keep(d.contentHash, d.content);
    this.#given.contents.trim(this.#hashes());
    if (this.#held !== null) this.#held.set(d.renderId, d);
    else this.#replace(d);
    this.#needed.get(d.renderId)?.resolve(d); // what is prepared is not seen yet, frozen or not
    this.#needed.delete(d.renderId);
  }

  // Another time in a realm, for all of it that is here: {realm, clock, ...} as in `prepare`.
  realm(d) {
    for (const scene of this.#scenes()) {
      if (scene.realm?.realm !== d.realm) continue;
      scene.realm = d;
      for (const slot of scene.slots) setClock(slot.element, d);
    }
  }

  // While frozen the picture stays as it is; the newest contents follow when it is let go.
  freeze(on) {
    if (on) {
      this.#held ??= new Map();
    } else {
      const held = this.#held?.values() ?? [];
      this.#held = null;
      for (const d of held) this.#replace(d);
    }
  }

  get frozen() {
    return this.#held !== null;
  }

  #replace(d) {
    for (const scene of this.#scenes()) {
      scene.tiles.forEach((tile, i) => {
        if (tile.renderId !== d.renderId || d.version < tile.version) return;
        const { version, contentHash, asOfAtMs, staleAfterMs } = d;
        Object.assign(tile, { version, contentHash, asOfAtMs, staleAfterMs });
        if (d.classification) tile.classification = d.classification;
        if (scene.slots[i]) this.#mark(scene.slots[i], tile);
      });
    }
    this.#given.pool.refresh(d, d.content);
  }

  // Give every tile a slot and wait until all have painted; returns what to answer.
  async #mount(scene) {
    const { contents } = this.#given;
    try {
      for (const tile of scene.tiles) {
        if (tile.content !== undefined) contents.keep(tile.contentHash, tile.content);
      }
      contents.trim(this.#hashes(scene));
      this.#takeSlots(scene);
      this.#need(scene.tiles.filter((tile) => contents.get(tile.contentHash) === undefined));
      const filled = scene.tiles.map((tile, i) => this.#fill(scene, scene.slots[i], tile));
      const comments = (await Promise.all(filled)).flat();
      return { status: "ok", ...(comments.length > 0 && { comment: comments.join("; ") }) };
    } catch (error) {
      console.warn(`cannot mount ${scene.sceneId}: ${error.message}`);
      const code = error instanceof NoSlot ? "noSlots" : "mountFailed";
      return { status: "failed", code, comment: error.message };
    }
  }

  #takeSlots(scene) {
    const { pool } = this.#given;
    const takeAll = () => {
      const taken = new Set();
      scene.slots = scene.tiles.map(({ renderId }) => {
        const slot = pool.take(scene, renderId, taken);
        taken.add(slot);
        setClock(slot.element, scene.realm);
        return slot;
      });
    };
    try {
      takeAll();
    } catch (error) {
      pool.release(scene);
      if (this.#staged === null || this.#staged === scene) throw error;
      pool.release(this.#staged); // its tiles stay known: a take mounts them again
      this.#staged.slots = [];
      takeAll();
    }
  }

  async #fill(scene, slot, tile) {
    const { pool, contents } = this.#given;
    this.#mark(slot, tile);
    let content = contents.get(tile.contentHash);
    let version = tile;
    if (content === undefined) {
      version = await this.#needed.get(tile.renderId).promise;
      if (!slot.users.has(scene)) return []; // given up meanwhile: the slot may be another scene's
      content = version.content;
    }
    return pool.fill(slot, version, content, tile.rectPx);
  }

  #need(tiles) {
    const renderIds = [...new Set(tiles.map((tile) => tile.renderId))];
    for (const renderId of renderIds) {
      if (!this.#needed.has(renderId)) this.#needed.set(renderId, Promise.withResolvers());
    }
    if (renderIds.length > 0) this.#given.tell("need", { renderIds });
  }

  // What a slot's marks are made from, link or no link: ages.mjs and the masks read them.
  #mark(slot, { asOfAtMs, staleAfterMs, classification }) {
    slot.element.dataset.asOfMs = asOfAtMs ?? "";
    slot.element.dataset.staleAfterMs = staleAfterMs ?? "";
    slot.classification = classification;
    this.#given.judge(slot);
  }

  // Rectangles and visibility of all slots, and nothing else, inside one frame.
  #flip(scene, transition) {
    for (const animation of this.#fading) animation.finish();
    const entering = scene.slots.filter((slot) => !slot.element.classList.contains("is-shown"));
    const leaving = (this.shown?.slots ?? []).filter((slot) => !scene.slots.includes(slot));
    const rects = new Map([...(this.shown?.places ?? []), ...scene.places]);
    scene.tiles.forEach(({ rectPx }, i) => {
      const { element } = scene.slots[i];
      place(element, rectPx);
      element.style.zIndex = i + 1;
      element.classList.add("is-shown");
    });
    // Two worlds are never to be seen through one another.
    const isOtherWorld = this.shown !== null && worldOf(this.shown) !== worldOf(scene);
    const { kind, durationMs } = (isOtherWorld ? null : transition) ?? {};
    if (kind === "fade" && durationMs > 0) this.#fade(entering, leaving, durationMs);
    else if (kind === "stagger" && durationMs > 0) {
      const duration = Math.min(STAGGER_FADE_MS, durationMs);
      const delayOf = (slot) => (durationMs - duration) * this.#across(rects.get(slot));
      this.#fade(entering, leaving, duration, delayOf);
    } else leaving.forEach(hide);
    const before = this.shown;
    this.shown = scene;
    if (before !== null) this.#release(before);
    this.#given.onShown(scene);
  }

  // How far to the right of the wall a rectangle's middle lies, from 0 to 1: the same on every
  // output, so that a stagger runs across all of them as one.
  #across({ x, width }) {
    const wallPx = this.#given.canvasWidthPx();
    return Math.min(1, Math.max(0, (x + width / 2) / wallPx));
  }

  #fade(entering, leaving, duration, delayOf = () => 0) {
    const ramp = (slot, from, to) =>
      slot.element.animate([{ opacity: from }, { opacity: to }], {
        duration,
        delay: delayOf(slot),
        fill: "backwards",
        easing: "linear",
      });
    const into = entering.map((slot) => ramp(slot, 0, 1));
    const out = leaving.map((slot) => {
      const animation = ramp(slot, 1, 0);
      animation.onfinish = () => this.shown.slots.includes(slot) || hide(slot);
      return animation;
    });
    this.#fading = [...into, ...out];
  }

  // The first frame at or after an instant, by the frame's own time: that is what the pages of a
  // wall have in common. Without an answer to `clock` the instant means nothing: the next frame.
  async #frameAt(showAtMs) {
    const lost = new Promise((resolve) => setTimeout(resolve, CLOCK_WITHIN_MS, "lost"));
    if ((await Promise.race([this.#given.clock.fresh, lost])) === "lost") showAtMs = -Infinity;
    const dueMs = () => this.#given.clock.toOwn(showAtMs) - performance.timeOrigin;
    const waitMs = dueMs() - performance.now();
    if (waitMs > 250) await new Promise((resolve) => setTimeout(resolve, waitMs - 100));
    let frameMs = await nextFrame();
    while (frameMs < dueMs()) frameMs = await nextFrame();
    return performance.timeOrigin + frameMs;
  }

  #told(switchId, { showAtMs, shownAtMs, frameAtMs }) {
    const { clock, tell } = this.#given;
    const lateMs = shownAtMs - showAtMs;
    this.counters.shown += 1;
    if (lateMs > 50) this.counters.late += 1;
    const frame = { frameAtMs: clock.toShared(frameAtMs), ownFrameAtMs: frameAtMs };
    this.lastSwitch = { switchId, showAtMs, shownAtMs, ...frame, ...this.showing };
    tell("shown", { switchId, shownAtMs, lateMs, uncertaintyMs: clock.uncertaintyMs });
  }

  #finish(switchId) {
    this.#switches.delete(switchId);
    this.#done.add(switchId);
    if (this.#done.size > 64) this.#done.delete(this.#done.values().next().value);
  }

  #drop(switchId) {
    const { scene } = this.#switches.get(switchId);
    this.#finish(switchId);
    this.#release(scene);
  }

  #unstage() {
    const scene = this.#staged;
    this.#staged = null;
    this.#release(scene);
  }

  #release(scene) {
    if (scene === null || scene === this.shown || scene === this.#staged) return;
    this.#given.pool.release(scene);
  }

  #scenes() {
    const prepared = [...this.#switches.values()].map(({ scene }) => scene);
    return new Set([this.shown, this.#staged, ...prepared].filter((scene) => scene !== null));
  }

  #hashes(scene = null) {
    const scenes = [...this.#scenes(), ...(scene ? [scene] : [])];
    return new Set(scenes.flatMap(({ tiles }) => tiles.map((tile) => tile.contentHash)));
  }
}

const worldOf = ({ realm }) => realm?.realm ?? null;
const hide = ({ element }) => element.classList.remove("is-shown");

// When the frame that began at `frameAtMs` can be on the glass, on the page's own clock: with that
// frame, or, when its work took longer than a frame, once that is done.
function onGlass(frameAtMs) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      const doneAtMs = ownNowMs();
      resolve(doneAtMs - frameAtMs <= FRAME_MS ? frameAtMs : doneAtMs);
    };
    port2.postMessage(null);
  });
}
