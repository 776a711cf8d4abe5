// Cameras in tiles: `.camera-stage[data-camera]` is filled with the picture of that camera by the
// best of its `data-ways` that plays, with words that say which and why, and how old what is seen
// is. A camera that gives no picture keeps its last one, greyed, with its age; never a black box.
// How each way is played: streams.mjs.

import { sweep } from "./ages.mjs";
import { Trouble, play, sleep } from "./streams.mjs";

const STAGE = ".camera-stage[data-camera]";
const NAMES = { whep: "WebRTC", hls: "HLS", mjpeg: "MJPEG" };
const FIRST_MS = 8_000; // until a way has shown its first picture
const AGAIN_MS = [3_000, 60_000]; // after all ways have failed, doubling
const BETTER_MS = 60_000; // from a way that is not the best: is a better one there again?
const LOOK_MS = 1_000;
const UNSEEN_MS = 20_000; // in a slot that nothing shows, or masked, for so long: stop
const HOLDS_MS = 1_200; // a switch waits so long for a first picture, and no longer
const KEPT_PX = 960; // width of the last picture that is kept

const known = new WeakMap(); // stage element -> Camera
let reach = { headers: () => ({}), nowMs: () => Date.now() };

class Camera {
  #stage;
  #say;
  #ways;
  #frozenMs;
  #last = document.createElement("canvas");
  #said = document.createElement("div");
  #element = null;
  #way = null;
  #pictureMs = null; // when the newest picture was taken, on the page's clock
  #shownMs = null; // … and when it came, on a clock that never jumps
  #troubles = [];
  #ending = null;
  #unseenSince = null;
  #failures = 0;
  #timer = null;
  #settle;

  constructor(stage) {
    const { ways, frozenMs, words } = stage.dataset;
    this.#stage = stage;
    this.#ways = ways.split(" ").filter((way) => way);
    this.#frozenMs = Number(frozenMs) || 15_000;
    this.#say = JSON.parse(words);
    this.#last.className = "camera-last";
    this.#said.className = "camera-says";
    this.settled = new Promise((resolve) => (this.#settle = resolve));
    setTimeout(this.#settle, HOLDS_MS);
    stage.replaceChildren(this.#last, this.#said);
    this.#tell("waiting");
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#run();
  }

  end() {
    clearInterval(this.#timer);
    this.#ending?.abort(new Error("ended"));
    this.#ending = null;
    this.#settle();
  }

  // Try the ways from the best on, for as long as the stage is there.
  async #run() {
    const ending = new AbortController();
    this.#ending = ending;
    while (!ending.signal.aborted) {
      this.#troubles = [];
      for (const way of this.#ways) {
        const why = await this.#try(way, ending.signal);
        if (ending.signal.aborted) return;
        if (why === "better") break;
        this.#troubles.push([way, why]);
        if (this.#stage.dataset.state === "playing") this.#tell("waiting");
      }
      if (this.#troubles.length < this.#ways.length) continue;
      this.#settle();
      this.#gone();
      const waitMs = Math.min(AGAIN_MS[0] * 2 ** this.#failures, AGAIN_MS[1]);
      this.#failures += 1;
      await sleep(waitMs, ending.signal).catch(() => undefined); // ended: the loop looks itself
    }
  }

  // Play one way until it ends; returns why.
  async #try(way, all) {
    const one = new AbortController();
    const stop = () => one.abort(all.reason);
    all.addEventListener("abort", stop);
    const begunMs = performance.now();
    let seenMs = null;
    const watch = setInterval(() => {
      const now = performance.now();
      if (seenMs === null && now - begunMs > FIRST_MS) one.abort(new Trouble("noPicture"));
      else if (seenMs !== null && now - seenMs > this.#frozenMs) one.abort(new Trouble("frozen"));
      else if (seenMs !== null && this.#troubles.length > 0 && now - begunMs > BETTER_MS) {
        one.abort(new Trouble("better"));
      }
    }, LOOK_MS / 4);
    let element = null;
    try {
      await play(way, this.#given(way), {
        signal: one.signal,
        onElement: (made) => {
          element = made;
          made.classList.add("camera-live");
          made.style.opacity = 0; // laid out all the same, or a video would show no frame
          this.#said.before(made);
        },
        onPicture: (ageMs = 0) => {
          if (one.signal.aborted) return;
          seenMs = performance.now();
          this.#picture(way, element, ageMs);
        },
      });
      return "noAnswer";
    } catch (error) {
      const found = one.signal.aborted ? one.signal.reason : error;
      if (!(found instanceof Trouble) && !all.aborted) console.info(`camera ${way}:`, found);
      return found instanceof Trouble ? found.why : "noPicture";
    } finally {
      clearInterval(watch);
      all.removeEventListener("abort", stop);
      this.#keep(element);
      one.abort(new Error("over"));
      element?.remove();
      if (this.#element === element) this.#element = this.#way = null;
    }
  }

  #given(way) {
    const { camera, everyMs } = this.#stage.dataset;
    return {
      url: `/camera/${camera}`,
      everyMs: Math.max(250, Number(everyMs) || 2_000),
      language: this.#stage.closest("[lang]")?.lang || "vi",
      headers: reach.headers(),
      csrf: () => ({ "X-CSRF-Token": csrfToken() }),
    };
  }

  #picture(way, element, ageMs) {
    this.#shownMs = performance.now() - ageMs;
    this.#pictureMs = reach.nowMs() - ageMs;
    if (this.#element === element && this.#way === way) return;
    this.#element = element;
    this.#way = way;
    this.#failures = 0;
    element.style.opacity = 1;
    this.#stage.classList.remove("is-gone");
    this.#tell(null);
    this.#settle();
  }

  #gone() {
    this.#way = null;
    this.#stage.classList.add("is-gone");
    this.#tell("gone");
  }

  // What is said in the picture: the way, why it is not a better one; or since when there is none.
  #tell(state) {
    const names = { ...NAMES, snapshot: this.#say.is_snapshot, drawn: this.#say.drawn };
    const why = this.#troubles.map(([way, code]) =>
      (this.#say[code] ?? this.#say.noPicture).replace("{way}", names[way] ?? way),
    );
    const said = state === null ? names[this.#way] : this.#say[state];
    const parts = [said.charAt(0).toLocaleUpperCase() + said.slice(1), ...why];
    const age = document.createElement("span");
    if (state === "gone" && this.#pictureMs !== null) {
      age.className = "ioc-age";
      age.dataset.atMs = this.#pictureMs;
      parts.splice(1, 0, age);
    }
    this.#said.replaceChildren(...parts.flatMap((each, i) => (i === 0 ? [each] : [" · ", each])));
    this.#stage.dataset.way = this.#way ?? "";
    this.#stage.dataset.state = state ?? "playing";
    sweep(this.#said);
  }

  // Once a second: keep the picture that may be the last one, stop what nobody can see.
  #look() {
    if (!this.#stage.isConnected) return this.end();
    this.#keep(this.#element);
    const seen = isSeen(this.#stage);
    if (seen && this.#ending === null) this.#run();
    if (seen) this.#unseenSince = null;
    else this.#unseenSince ??= performance.now();
    const isLong = this.#unseenSince !== null && performance.now() - this.#unseenSince > UNSEEN_MS;
    if (isLong && this.#ending !== null) {
      this.#ending.abort(new Error("unseen"));
      this.#ending = null;
    }
  }

  #keep(element) {
    const width = element?.videoWidth || element?.naturalWidth;
    const height = element?.videoHeight || element?.naturalHeight;
    if (!width || !height || element.style.opacity === "0") return;
    this.#last.width = Math.min(width, KEPT_PX);
    this.#last.height = Math.round((this.#last.width * height) / width);
    this.#last.getContext("2d").drawImage(element, 0, 0, this.#last.width, this.#last.height);
  }
}

function isSeen(stage) {
  const slot = stage.closest(".slot");
  if (document.hidden) return false;
  return slot === null || (slot.classList.contains("is-used") && !slot.classList.contains("is-masked"));
}

function csrfToken() {
  const found = /(?:^|;\s*)(?:__Host-)?ioc_csrf=([^;]+)/.exec(document.cookie);
  return found === null ? "" : decodeURIComponent(found[1]);
}

function begin(root) {
  const stages = root.matches?.(STAGE) ? [root] : (root.querySelectorAll?.(STAGE) ?? []);
  for (const stage of stages) if (!known.has(stage)) known.set(stage, new Camera(stage));
}

// Wait until every camera in `element` shows a picture or has had its time; none holds a switch.
export async function camerasIn(element) {
  begin(element);
  const stages = [...element.querySelectorAll(STAGE)];
  await Promise.all(stages.map((stage) => known.get(stage).settled));
}

// Fill the cameras that come into `root`; `given`: headers() to be asked with, nowMs().
export function followCameras(root, given = {}) {
  reach = { ...reach, ...given };
  const observer = new MutationObserver((records) => {
    for (const { addedNodes } of records) addedNodes.forEach((node) => begin(node));
  });
  observer.observe(root, { childList: true, subtree: true });
  begin(root);
}
