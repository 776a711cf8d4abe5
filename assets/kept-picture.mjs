// When the picture on glass goes to the disk: in a quiet moment, at most every few seconds, one at a time.
// What is stored and how: keep.mjs.

const KEEP_EVERY_MS = 3_000;

export class KeptPicture {
  #keep;
  #given;
  #timer = null;
  #isWriting = false;

  // keep: Keep, null of what a person looks at; picture(): {joined, scene, atMs} or null, contentOf(hash),
  // report(what).
  constructor(keep, given) {
    this.#keep = keep;
    this.#given = given;
  }

  // The picture of an earlier life of this page, null without one; a disk that fails has none.
  async get() {
    return (await this.#keep?.get().catch(() => null)) ?? null;
  }

  // The picture changed: keep what there is a little later.
  soon() {
    if (this.#keep === null || this.#timer !== null) return;
    this.#timer = setTimeout(() => requestIdleCallback(() => this.#write()), KEEP_EVERY_MS);
  }

  // A disk that is still busy with the one before is left alone: the newest picture comes after it.
  async #write() {
    this.#timer = null;
    if (this.#isWriting) return this.soon();
    const picture = this.#given.picture();
    if (picture === null) return;
    this.#isWriting = true;
    try {
      await this.#keep.put(picture, this.#given.contentOf);
    } catch (error) {
      this.#given.report(`not kept: ${error}`);
    } finally {
      this.#isWriting = false;
    }
  }
}

// In place of a tile that may not lie on a display's disk: words, of no age.
export function unkept(tile, words) {
  const namespace = "dash_html_components";
  const told = { namespace, type: "P", props: { children: words } };
  const props = { className: "tile tile-unkept", children: told };
  const ageless = { asOfAtMs: null, staleAfterMs: null, version: 0 };
  const content = { namespace, type: "Section", props };
  return { ...tile, ...ageless, contentHash: `unkept-${tile.renderId}`, content };
}
