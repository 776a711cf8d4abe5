// Loading the page anew so that nobody sees it. The window this display was opened in *holds*: it
// prepares a new document in a frame over the picture, not yet visible, and shows it in the frame
// in which that has painted what is on air. Then the elder one goes, with everything it had kept in
// memory. A release that reaches a wall goes the same way.

const HOLDER_VERSION = 1; // what a new document may find in the window that holds
const PREPARED_WITHIN_MS = 60_000;
const REACHED_WITHIN_MS = 10_000;
const AGAIN_AFTER_MS = 30_000; // when nothing could be loaded, or the picture is held
const ATTEMPTS = 20;

class Holder {
  version = HOLDER_VERSION;
  release = null; // for which it was last asked to load the page anew
  elder; // of what is visible: {recheck(), waiting(is), resume(), retire()}, and what it shows
  #frame = null; // of what is visible, null when it is this window's own document
  #heir = null; // {frame, timer, failed} of what is being prepared

  get isPreparing() {
    return this.#heir !== null;
  }

  // Load a new document; `failed(why)` when it did not come to show a picture.
  prepare(failed) {
    const frame = document.createElement("iframe");
    frame.dataset.heir = "";
    frame.className = "player-heir";
    const timer = setTimeout(() => this.#giveUp("the new page is late"), PREPARED_WITHIN_MS);
    this.#heir = { frame, timer, failed };
    frame.src = location.pathname + location.search;
    document.body.append(frame);
  }

  // Said by the new document in the frame in which it has its picture: now it is the visible one.
  shows(player) {
    const { frame, timer } = this.#heir;
    clearTimeout(timer);
    this.#heir = null;
    frame.classList.add("is-shown");
    const [elder, before] = [this.elder, this.#frame];
    [this.elder, this.#frame] = [player, frame];
    Object.defineProperty(window, "iocPlayer", {
      configurable: true,
      get: () => frame.contentWindow.iocPlayer,
    });
    // One frame to be drawn over it, one more for a slow compositor.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      elder.retire();
      before?.remove();
    }));
  }

  #giveUp(why) {
    const { frame, timer, failed } = this.#heir;
    clearTimeout(timer);
    this.#heir = null;
    frame.remove();
    this.elder.resume();
    failed(why);
  }
}

export class Renewal {
  #player;
  #holder;
  #isHeir = false;
  #timer = null;
  isWaiting = false; // for the new document: the link may go to it at any moment

  // player: {recheck(), resume(), retire(), report(what), showing, isHeld}: see player.mjs.
  constructor(player) {
    this.#player = player;
    const holds = isHeir() ? window.parent.iocHolder : null;
    if (holds && holds.version !== HOLDER_VERSION) window.parent.location.reload();
    this.#isHeir = holds !== null;
    this.#holder = holds ?? (window.iocHolder = new Holder());
    if (!this.#isHeir) this.#holder.elder = this.#own();
  }

  // Whether this document is being prepared behind another one that is still seen.
  get isBehind() {
    return this.#isHeir;
  }

  // What the visible document shows, while this one is being prepared behind it.
  get inherited() {
    return this.#isHeir ? this.#holder.elder.showing() : null;
  }

  // This document has something to show, in this very frame; null: nothing is on air.
  shows(scene) {
    if (!this.#isHeir) return;
    if (scene === null && this.inherited !== null) return;
    this.#isHeir = false;
    this.#holder.shows(this.#own());
  }

  // Masks changed: they hold for what is still visible, too.
  masked() {
    if (this.#isHeir) this.#holder.elder.recheck();
  }

  // Load the page anew because of a release; asked twice for the same one, it has done what it can.
  beginFor(release) {
    if (this.#holder.release === release) return;
    this.#holder.release = release;
    this.begin("release");
  }

  // A new document that has nothing to show, in place of one whose picture nobody sets any more.
  showsNothing() {
    if (!this.#isHeir) return;
    this.#isHeir = false;
    this.#holder.shows(this.#own());
  }

  // Load the page anew, unseen; when that cannot be now, again a little later.
  async begin(reason, attempt = 1) {
    clearTimeout(this.#timer);
    if (this.#isHeir || this.#holder.isPreparing) return;
    if (document.hidden) return this.#onceSeen(reason, attempt);
    const why = this.#player.isHeld() ? "the picture is held" : await unreachable();
    const failed = (cause) => {
      this.isWaiting = false;
      this.#player.report(`not loaded anew (${reason}): ${cause}`);
      if (attempt >= ATTEMPTS) return;
      this.#timer = setTimeout(() => this.begin(reason, attempt + 1), AGAIN_AFTER_MS);
    };
    if (why !== null) return failed(why);
    if (this.#holder.isPreparing) return;
    this.isWaiting = true;
    this.#holder.prepare(failed);
  }

  // A page in the background draws no frame, so nothing new would ever show there.
  #onceSeen(reason, attempt) {
    const again = () => document.hidden || this.begin(reason, attempt);
    document.addEventListener("visibilitychange", again, { once: true });
  }

  #own() {
    const { recheck, resume, retire, showing } = this.#player;
    return { recheck, resume, retire, showing };
  }
}

export function isHeir() {
  return window.frameElement?.dataset.heir !== undefined;
}

async function unreachable() {
  const address = location.pathname + location.search;
  const signal = AbortSignal.timeout(REACHED_WITHIN_MS); // else nobody would ask again
  const answer = await fetch(address, { cache: "no-store", signal }).catch((error) => error);
  return answer.ok ? null : String(answer.status ?? answer.message);
}
