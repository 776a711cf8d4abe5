// The last picture of a display, kept in its browser: a page that starts while no controller answers
// shows it, marked, instead of nothing. IndexedDB, because it works on plain http too.

import { within } from "./cover.mjs";

const NAME = "ioc-display";
const PICTURES = "pictures"; // by place: who the display is, its scene, when it was kept
const CONTENTS = "contents"; // by [place, hash]
const ON_DISK = { level: "internal", compartments: [] }; // nothing above it is ever stored

export class Keep {
  #place;
  #open = null;
  #kept = null; // hashes that are stored

  constructor(place, factory = window.indexedDB) {
    this.#place = place;
    this.#open = opened(factory).catch(() => null); // no disk: nothing is kept, all else works
  }

  // Keep a picture: `joined` says who the display is, `contentOf(hash)` gives a tile's content.
  async put({ joined, scene, atMs }, contentOf) {
    const db = await this.#open;
    if (db === null) return;
    const tiles = scene.tiles.map(({ content, ...tile }) =>
      within(ON_DISK, tile.classification) ? tile : { ...tile, contentHash: null },
    );
    const wanted = new Set(tiles.map((tile) => tile.contentHash).filter((hash) => hash !== null));
    this.#kept ??= new Set(await this.#hashes(db));
    const change = db.transaction([PICTURES, CONTENTS], "readwrite");
    for (const hash of wanted) {
      const content = this.#kept.has(hash) ? undefined : contentOf(hash);
      if (content !== undefined) change.objectStore(CONTENTS).put(content, [this.#place, hash]);
    }
    for (const hash of this.#kept) {
      if (!wanted.has(hash)) change.objectStore(CONTENTS).delete([this.#place, hash]);
    }
    const { sceneId, revision, layer, realm } = scene;
    const picture = { joined, atMs, scene: { sceneId, revision, layer, realm, tiles } };
    change.objectStore(PICTURES).put(picture, this.#place);
    await finished(change);
    this.#kept = wanted;
  }

  // The kept picture, null without one; a tile that was not stored has no content.
  async get() {
    const db = await this.#open;
    if (db === null) return null;
    const read = db.transaction([PICTURES, CONTENTS]);
    const picture = await answered(read.objectStore(PICTURES).get(this.#place));
    if (picture === undefined) return null;
    const tiles = picture.scene.tiles.map(async (tile) => {
      if (tile.contentHash === null) return tile;
      const key = [this.#place, tile.contentHash];
      return { ...tile, content: await answered(read.objectStore(CONTENTS).get(key)) };
    });
    return { ...picture, scene: { ...picture.scene, tiles: await Promise.all(tiles) } };
  }

  async #hashes(db) {
    const mine = IDBKeyRange.bound([this.#place, ""], [this.#place, "\uffff"]);
    const keys = await answered(db.transaction(CONTENTS).objectStore(CONTENTS).getAllKeys(mine));
    return keys.map(([, hash]) => hash);
  }
}

async function opened(factory) {
  const request = factory.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(PICTURES);
    request.result.createObjectStore(CONTENTS);
  };
  return answered(request);
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}
