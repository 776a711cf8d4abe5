// The flat pool of slots: each holds one render, mounted by Dash, at a rectangle of the canvas.
// A slot is *used* by the scenes that need it (shown, prepared, staged). An unused one keeps its
// render for a while, so that a scene shown a moment ago comes back without being mounted again.

import { components, edits, withPrefix } from "./content.mjs";
import { painted } from "./paint.mjs";

const KEPT_UNUSED = 16;
const TIDY_AFTER_MS = 1_000;

export class NoSlot extends Error {}

// What Dash must offer; an argument so that tests of this module need no Dash.
export const dash = {
  setProps: (idOrPath, props) => window.dash_clientside.set_props(idOrPath, props),
  layout: () => window.dash_component_api.getLayout(["components"]),
  has: ({ namespace, type }) => typeof window[namespace]?.[type] === "function",
};

class Slot {
  renderId = null;
  version = -Infinity;
  hash = null;
  tree = null; // as mounted, ids prefixed
  users = new Set();
  usedAt = 0;
  busy = Promise.resolve([]); // comments, once what was mounted or set last has been painted
  mounting = null; // that promise, while a mount is being painted

  constructor(element, path) {
    this.element = element;
    this.path = path;
  }

  get id() {
    return this.element.id;
  }

  get free() {
    return this.users.size === 0;
  }
}

export class SlotPool {
  #slots;
  #dash;
  #uses = 0;
  #tidying = null;
  counters = { mounts: 0, remounts: 0, updates: 0, propSets: 0, unmounts: 0 };

  constructor(elements, host = dash) {
    const paths = pathsOf(host.layout(), new Set(elements.map((element) => element.id)));
    this.#dash = host;
    this.#slots = elements.map((element) => new Slot(element, paths.get(element.id)));
  }

  get all() {
    return this.#slots;
  }

  using(renderId) {
    return this.#slots.filter((slot) => slot.renderId === renderId && !slot.free);
  }

  // A slot for a tile, best one that holds its render already, but none of `taken`. Throws NoSlot.
  take(user, renderId, taken) {
    const candidates = this.#slots.filter((slot) => !taken.has(slot));
    const holding = candidates.filter((slot) => slot.renderId === renderId);
    const slot =
      holding.find((each) => !each.free) ??
      holding[0] ??
      candidates.find((each) => each.free && each.renderId === null) ??
      oldest(candidates.filter((each) => each.free));
    if (slot === undefined) throw new NoSlot(`all ${this.#slots.length} slots are in use`);
    slot.users.add(user);
    slot.element.classList.add("is-used");
    slot.usedAt = this.#uses += 1;
    return slot;
  }

  release(user) {
    for (const slot of this.#slots) slot.users.delete(user);
    clearTimeout(this.#tidying);
    this.#tidying = setTimeout(() => this.tidy(), TIDY_AFTER_MS); // never in a frame that matters
  }

  // Make `slot` hold a render's content; returns a promise of comments once it has been painted.
  fill(slot, { renderId, version, contentHash }, content, sizePx) {
    if (slot.renderId === renderId && slot.hash === contentHash) {
      slot.version = version;
      return slot.busy;
    }
    const unknown = [...components(content)].find((part) => !this.#dash.has(part));
    if (unknown) throw new TypeError(`unknown component ${unknown.namespace}.${unknown.type}`);
    const update = slot.renderId === renderId && slot.tree !== null;
    Object.assign(slot, { renderId, version, hash: contentHash });
    if (update) return this.#update(slot, content);
    place(slot.element, { x: 0, y: 0, ...sizePx }); // graphs and maps measure it when mounted
    return this.#mount(slot, content);
  }

  // New content of a render wherever it is used; older than what is held changes nothing.
  refresh({ renderId, version, contentHash }, content) {
    for (const slot of this.using(renderId)) {
      if (version < slot.version) continue;
      this.fill(slot, { renderId, version, contentHash }, content, null);
    }
  }

  // Unmount all but the last used of the unused: one at a time, when the page has nothing to do.
  tidy(idle = whenIdle) {
    for (const slot of this.#slots) if (slot.free) slot.element.classList.remove("is-used");
    const unused = this.#slots.filter((slot) => slot.free && slot.renderId !== null);
    const extra = unused.sort((one, other) => other.usedAt - one.usedAt).slice(KEPT_UNUSED);
    if (extra.length === 0) return;
    idle(() => {
      const slot = extra.pop();
      if (slot.free) this.#unmount(slot);
      this.tidy(idle);
    });
  }

  // Unmount everything, used or not: nobody sees this page any more.
  empty() {
    clearTimeout(this.#tidying);
    for (const slot of this.#slots) if (slot.renderId !== null) this.#unmount(slot);
  }

  #mount(slot, content) {
    slot.tree = withPrefix(content, slot.id);
    this.counters.mounts += 1;
    this.#set(slot.id, { children: slot.tree });
    const mounting = painted(slot.element, [...components(slot.tree)]).finally(() => {
      if (slot.mounting === mounting) slot.mounting = null;
    });
    slot.mounting = mounting;
    slot.busy = mounting;
    return mounting;
  }

  // A map that is still fetching its geometry loses what is set meanwhile: wait for the mount.
  #update(slot, content) {
    const { hash } = slot;
    const apply = () => (slot.hash === hash ? this.#change(slot, content) : []);
    slot.busy = slot.mounting === null ? apply() : slot.mounting.then(apply);
    return slot.busy;
  }

  #change(slot, content) {
    const after = withPrefix(content, slot.id);
    const changes = edits(slot.tree, after);
    if (changes === null) {
      this.counters.remounts += 1;
      return this.#mount(slot, content);
    }
    slot.tree = after;
    this.counters.updates += 1;
    for (const { path, props } of changes) {
      this.#set([...slot.path, "props", "children", ...path], props);
    }
    return painted(slot.element, [...components(slot.tree)]);
  }

  #unmount(slot) {
    Object.assign(slot, { renderId: null, version: -Infinity, hash: null, tree: null });
    this.counters.unmounts += 1;
    this.#set(slot.id, { children: null });
  }

  #set(idOrPath, props) {
    this.counters.propSets += 1;
    this.#dash.setProps(idOrPath, props);
  }
}

export function place({ style }, { x, y, width, height }) {
  style.left = `${x}px`;
  style.top = `${y}px`;
  style.width = `${width}px`;
  style.height = `${height}px`;
}

const oldest = (slots) =>
  slots.reduce((old, each) => (old === undefined || each.usedAt < old.usedAt ? each : old), undefined);

const whenIdle = (work) => requestIdleCallback(work, { timeout: 5_000 });

// Where the slots are in Dash's layout: components without an id are set by their path.
function pathsOf(layout, wanted) {
  const found = new Map();
  const walk = (node, path) => {
    if (Array.isArray(node)) node.forEach((each, i) => walk(each, [...path, i]));
    else if (node?.props) {
      if (wanted.has(node.props.id)) found.set(node.props.id, path);
      else walk(node.props.children, [...path, "props", "children"]);
    }
  };
  walk(layout, ["components"]);
  return found;
}
