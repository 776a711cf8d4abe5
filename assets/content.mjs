// Component trees as they come over the link ({namespace, type, props}): ids made unique by slot,
// the difference of two trees as sets of props, contents kept by their hash. Touches no page.

const HTML = "dash_html_components";
const CONTENTS_KEPT = 128;
const EDITS_PER_SUBTREE = 16; // more sets of props than this cost more than drawing plain HTML anew
const ID_PROPS = ["id", "htmlFor", "aria-labelledby", "aria-describedby"];

export const isComponent = (node) =>
  node !== null && typeof node === "object" && typeof node.type === "string" && "props" in node;

const listOf = (children) =>
  Array.isArray(children) ? children : children === undefined || children === null ? [] : [children];

// Every component of a tree with its path, outermost first.
export function* placed(node, path = []) {
  if (Array.isArray(node)) for (const [i, each] of node.entries()) yield* placed(each, [...path, i]);
  if (!isComponent(node)) return;
  yield [node, path];
  yield* placed(node.props.children, [...path, "props", "children"]);
}

// Every component of a tree, outermost first.
export function* components(node) {
  for (const [each] of placed(node)) yield each;
}

// A copy of the tree whose local ids ("g") begin with the slot's ("slot-03-g").
export function withPrefix(node, prefix) {
  if (Array.isArray(node)) return node.map((each) => withPrefix(each, prefix));
  if (!isComponent(node)) return node;
  const props = { ...node.props };
  for (const name of ID_PROPS) {
    if (typeof props[name] === "string") props[name] = `${prefix}-${props[name]}`;
    else if (isPlain(props[name])) props[name] = { ...props[name], slot: prefix };
  }
  if ("children" in props) props.children = withPrefix(props.children, prefix);
  return { ...node, props };
}

// What to set, and where, so that `before` becomes `after`: [{path, props}], path from the tree's
// root, as Dash's set_props takes it. Null when the roots themselves are different components.
export function edits(before, after) {
  if (!alike(before, after)) return null;
  return compare(before, after, []).edits;
}

function compare(before, after, path) {
  const props = changedProps(before.props, after.props);
  let live = isLive(after);
  let found = [];
  const olds = listOf(before.props.children);
  const news = listOf(after.props.children);
  const paired =
    Array.isArray(before.props.children) === Array.isArray(after.props.children) &&
    olds.length === news.length &&
    olds.every((old, i) => alike(old, news[i]) || equal(old, news[i]));
  if (paired) {
    news.forEach((child, i) => {
      if (!isComponent(child)) return;
      const step = Array.isArray(after.props.children) ? [i] : [];
      const below = compare(olds[i], child, [...path, "props", "children", ...step]);
      live = live || below.live;
      found = found.concat(below.edits);
    });
    if (!live && found.length > EDITS_PER_SUBTREE) {
      found = [];
      props.children = after.props.children;
    }
  } else {
    live = live || [...components(after.props.children)].some(isLive);
    props.children = after.props.children ?? null;
  }
  if (Object.keys(props).length > 0) found = [{ path, props }, ...found];
  return { edits: found, live };
}

function changedProps(before, after) {
  const changed = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (name !== "children" && !equal(before[name], after[name])) changed[name] = after[name] ?? null;
  }
  return changed;
}

// Two nodes that one can become the other by setting props.
function alike(one, other) {
  return (
    isComponent(one) &&
    isComponent(other) &&
    one.type === other.type &&
    one.namespace === other.namespace &&
    equal(one.props.id, other.props.id)
  );
}

// Graphs, maps, video: what must never be drawn anew for a change beside it.
const isLive = (node) =>
  node.namespace !== HTML || node.type === "Video" || node.type === "Iframe" || node.type === "Img";

const isPlain = (one) => one !== null && typeof one === "object" && !Array.isArray(one);

export function equal(one, other) {
  if (one === other) return true;
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") {
    return (one ?? null) === (other ?? null);
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => name in other && equal(one[name], other[name]));
}

// Contents by hash, the last used kept; equal hash means equal content.
export class Contents {
  #byHash = new Map();

  get size() {
    return this.#byHash.size;
  }

  get(hash) {
    const content = this.#byHash.get(hash);
    if (content !== undefined) this.keep(hash, content);
    return content;
  }

  keep(hash, content) {
    this.#byHash.delete(hash);
    this.#byHash.set(hash, content);
  }

  // Let the longest unused go, but none of `named`: hashes of the frame in hand.
  trim(named = new Set()) {
    for (const hash of this.#byHash.keys()) {
      if (this.#byHash.size <= CONTENTS_KEPT) return;
      if (!named.has(hash)) this.#byHash.delete(hash);
    }
  }
}
