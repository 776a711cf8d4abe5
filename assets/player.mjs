// The player: joins the wall link, keeps the shared clock, and lets the stage do what the frames
// say. One page is one output or one view; without the stage's root on the page this does nothing.

import { clockWords, sweep } from "./ages.mjs";
import { followCameras } from "./camera.mjs";
import { placement, windowSize } from "./canvas.mjs";
import { Clock, ownNowMs, sampleOf } from "./clock.mjs";
import { Contents } from "./content.mjs";
import { Cover, Masks } from "./cover.mjs";
import { Frame } from "./frame.mjs";
import { Glass } from "./glass.mjs";
import { Health, fontMissing } from "./health.mjs";
import { Keep } from "./keep.mjs";
import { Link, linkUrls, Refused, SUBPROTOCOL } from "./link.mjs";
import { isRehearsal, keepCode } from "./offline.mjs";
import { Overlays } from "./overlays.mjs";
import { nextFrame, painted } from "./paint.mjs";
import { Renewal } from "./renewal.mjs";
import { SlotPool, dash } from "./slots.mjs";
import { Stage } from "./stage.mjs";
import { Thumbnail } from "./thumbnail.mjs";
import { tokenOfAddress, tokenOfSession } from "./token.mjs";

const ROOT = "player";
const BURST = 8;
const BURST_EVERY_MS = 10_000;
const REPLY_WITHIN_MS = 4_000; // no answer to `clock` for so long: nobody is there
const WARM_UP_MS = 8_000;
const RESTORE_AFTER_MS = 2_000; // no controller for so long after the start: show what was kept
const KEEP_EVERY_MS = 3_000;
const NO_STAGE_MS = 2_000; // a preview's stage follows its joining; without one there is none
const KEEP_CODE_AFTER_MS = 180_000; // when the start is long over, on a display that stays
const SPARED_AT_MOST_EVERY_MS = 600_000; // a budget that is too small must not load for ever
const WARM_PARTS = [{ type: "Graph" }, { type: "MapContainer", namespace: "dash_leaflet" }];

class Player {
  #root;
  #address;
  #words;
  #token;
  #joined = null; // the `d` of `identified`
  #release; // of this page's code
  #heapBudgetMb;
  #drawn = null; // where the canvas lies in the window
  #timers = [];
  #replies = new Map(); // t0AtMs -> resolve
  #keep = null; // of an output; what a person looks at is not kept
  #keepTimer = null;
  #keptAtMs = null; // when the picture on glass was kept, until a controller is there

  clock = new Clock();
  contents = new Contents();
  health = new Health();

  constructor(root, token) {
    const { wall, output, view, link: urls, linkPort: port, words } = root.dataset;
    const { release, heapBudgetMb } = root.dataset;
    this.#root = root;
    this.#release = release || null;
    this.#heapBudgetMb = Number(heapBudgetMb) || Infinity;
    this.#token = token;
    this.#address = { wall, output, view };
    this.#words = JSON.parse(words);
    this.canvas = root.querySelector(".player-canvas");
    if (output) this.#keep = new Keep(location.pathname);
    this.cover = new Cover(root.querySelector(".player-cover"));
    this.frame = new Frame({
      root: root.querySelector(".player-frame"),
      clock: this.clock,
      say: (name) => this.#say(name),
      isSmall: Boolean(view),
    });
    this.masks = new Masks(localStorage, `ioc-masks:${location.pathname}`);
    this.overlays = new Overlays({
      cover: this.cover,
      clock: this.clock,
      place: () => this.#whereabouts(),
    });
    this.glass = new Glass({
      canvas: this.canvas,
      clock: this.clock,
      onMoved: () => this.#place(),
    });
    this.renewal = new Renewal({
      recheck: () => {
        this.masks.read();
        this.#judgeAll();
      },
      resume: () => this.link.open(),
      retire: () => this.#retire(),
      report: (what) => this.health.report(what),
      showing: () => this.stage.showing,
      isHeld: () => this.stage.frozen,
    });
    this.pool = new SlotPool([...this.canvas.querySelectorAll(".slot")]);
    this.stage = new Stage({
      pool: this.pool,
      contents: this.contents,
      clock: this.clock,
      tell: (type, d) => this.link.send(type, d),
      canvasWidthPx: () => this.#joined.canvasPx.width,
      judge: (slot) => this.#judge(slot),
      onShown: (scene) => {
        this.glass.shows(scene.layer);
        this.#framed(scene.realm);
        this.#afterShown();
        this.renewal.shows(scene);
      },
    });
    this.thumbnail = new Thumbnail({
      clock: this.clock,
      tell: (type, d) => this.link.send(type, d),
      lastSwitch: () => this.stage.lastSwitch,
      isHidden: () => !this.link.up || document.hidden,
    });
    this.link = new Link({
      urls: linkUrls({ urls, port }),
      identify: () => this.#identify(),
      onJoined: (d) => this.#join(d),
      onFrame: (type, d) => this.#handlers[type]?.(d),
      onState: (state) => this.#linkIs(state),
      probeEveryMs: null, // the bursts of the clock tell
    });
  }

  async start() {
    this.health.listen();
    followCameras(this.canvas, {
      headers: () => (this.#token ? { Authorization: `Bearer ${this.#token}` } : {}),
      nowMs: () => this.clock.nowMs(),
    });
    window.addEventListener("resize", () => this.#place());
    const { wall, output, view } = this.#address;
    if (!wall || !(output || view)) {
      this.cover.show("notice", [this.#say("no_such_page")]);
      return;
    }
    document.title = this.#name;
    this.cover.show("notice", [this.#say("connecting")]);
    await this.#warmUp();
    this.health.standing("font", await fontMissing());
    this.link.open();
    setTimeout(() => this.#restore(), RESTORE_AFTER_MS);
    setTimeout(() => requestIdleCallback(() => this.#keepCode()), KEEP_CODE_AFTER_MS);
  }

  async #restore() {
    if (this.renewal.isBehind) return;
    const kept = this.#joined === null ? await this.#keep?.get().catch(() => null) : null;
    if (!kept || this.#joined !== null) return;
    this.#joined = kept.joined;
    this.#keptAtMs = kept.atMs;
    this.#root.lang = kept.joined.language ?? "vi";
    this.glass.put(kept.joined.glass);
    this.#place();
    const tiles = kept.scene.tiles.map((tile) => (tile.content ? tile : this.#unkept(tile)));
    await this.stage.restore({ ...kept.scene, tiles });
    this.#afterShown();
  }

  // In place of a tile that may not lie on a display's disk: words, of no age.
  #unkept(tile) {
    const namespace = "dash_html_components";
    const words = { namespace, type: "P", props: { children: this.#say("unkept") } };
    const content = { namespace, type: "Section", props: { className: "tile tile-unkept", children: words } };
    const ageless = { asOfAtMs: null, staleAfterMs: null, version: 0 };
    return { ...tile, ...ageless, contentHash: `unkept-${tile.renderId}`, content };
  }

  // A display that starts while no web server answers has its code, too.
  async #keepCode() {
    if (!this.#address.output) return;
    await keepCode(this.#release).catch((error) => this.health.report(`code not kept: ${error}`));
  }

  // What is on glass goes to the disk in a quiet moment, at most every few seconds.
  #keepSoon() {
    if (this.#keep === null || this.#keepTimer !== null) return;
    this.#keepTimer = setTimeout(() => {
      requestIdleCallback(() => {
        this.#keepTimer = null;
        const { shown: scene } = this.stage;
        if (scene === null || !this.link.up) return;
        const { sessionId, ...joined } = this.#joined;
        const picture = { joined, scene, atMs: this.clock.nowMs() };
        this.#keep
          .put(picture, (hash) => this.contents.get(hash))
          .catch((error) => this.health.report(`not kept: ${error}`));
      });
    }, KEEP_EVERY_MS);
  }

  // Graph and map load their code when first mounted; after this, mounting takes milliseconds.
  async #warmUp() {
    const place = this.#root.querySelector(".player-warm-up");
    const late = new Promise((resolve) => setTimeout(resolve, WARM_UP_MS, ["warm-up is late"]));
    const warm = painted(place, WARM_PARTS.map((part) => ({ ...part, props: {} })));
    for (const comment of await Promise.race([warm, late])) this.health.report(comment);
    dash.setProps(place.id, { children: null });
  }

  async #identify() {
    const { view } = this.#address;
    return {
      kind: view ? "view" : "output",
      token: view ? await this.#viewToken() : (this.#token ?? ""),
      protocol: SUBPROTOCOL,
      framesRealms: true,
      viewport: windowSize(),
      ...(this.masks.ids.length > 0 && { masks: this.masks.ids }),
      ...((this.stage.showing ?? this.renewal.inherited) && {
        showing: this.stage.showing ?? this.renewal.inherited,
      }),
      ...(this.#release && { release: this.#release }),
    };
  }

  // A view's own token, as long as it is good; else that of the person who sits here.
  async #viewToken() {
    const { wall, view } = this.#address;
    if (this.#token !== null && this.link.state.code !== 4001) return this.#token;
    try {
      return await tokenOfSession({ wall, view });
    } catch (error) {
      if (this.#token !== null && error instanceof Refused) return this.#token;
      throw error;
    }
  }

  #join(d) {
    this.#joined = d;
    this.#keptAtMs = null;
    this.#root.lang = d.language ?? "vi";
    this.#root.dataset.ceiling = d.ceiling?.level ?? "";
    this.glass.put(d.glass);
    this.thumbnail.order(d.thumbnail);
    this.#place();
    this.clock.forget();
    this.#replies.clear();
    this.stage.joined({ showsStage: d.view === "preview" });
    this.overlays.put({ kind: "clear" }); // those that still stand are told again
    this.#afterShown();
    this.renewal.shows(null);
    if (d.view === "preview") setTimeout(() => this.renewal.showsNothing(), NO_STAGE_MS);
    this.#keepTime(d.heartbeatMs);
  }

  // A burst at once, the first heartbeat right after it, then both at their pace.
  async #keepTime(heartbeatMs) {
    this.#timers.forEach(clearInterval);
    this.#timers = [setInterval(() => this.#burst(), BURST_EVERY_MS)];
    const { joined } = this.link.counters;
    await this.#burst();
    if (joined !== this.link.counters.joined || !this.link.up) return;
    this.#heartbeat();
    this.#timers.push(setInterval(() => this.#heartbeat(), heartbeatMs));
  }

  async #burst() {
    this.clock.beginBurst();
    for (let i = 0; i < BURST; i += 1) {
      const t0AtMs = ownNowMs();
      if (!this.link.send("clock", { t0AtMs })) return;
      const reply = await this.#replyTo(t0AtMs);
      if (reply === null) return;
      this.clock.take(sampleOf(reply, reply.t3AtMs));
    }
  }

  #replyTo(t0AtMs) {
    const { joined } = this.link.counters;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#replies.delete(t0AtMs);
        if (joined === this.link.counters.joined) this.link.drop("silent");
        resolve(null);
      }, REPLY_WITHIN_MS);
      this.#replies.set(t0AtMs, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
    });
  }

  #heartbeat() {
    const { offsetMs, uncertaintyMs, roundTripMs } = this.clock;
    if (this.masks.expire(this.clock.nowMs())) this.#judgeAll();
    const clock = { offsetMs, uncertaintyMs, ...(roundTripMs !== null && { roundTripMs }) };
    const health = this.health.tell();
    this.link.send("heartbeat", { showing: this.stage.showing, ...health, clock });
    this.health.sampleFps();
    if (health.heapMb > this.#heapBudgetMb) this.#spare(health.heapMb);
  }

  // Too much memory is in use: what a new document does not need is given back.
  #spare(heapMb) {
    if (performance.now() < SPARED_AT_MOST_EVERY_MS) {
      this.health.standing("heap", `heap ${heapMb} MB, budget ${this.#heapBudgetMb} MB`);
      return;
    }
    this.renewal.begin("heap");
  }

  // Another document is seen in place of this one.
  #retire() {
    this.#timers.forEach(clearInterval);
    this.link.close();
    this.glass.put(null);
    this.frame.put(null);
    this.pool.empty();
    this.cover.clear();
    this.#root.hidden = true;
  }

  #handlers = {
    clockReply: (d) => {
      this.#replies.get(d.t0AtMs)?.({ ...d, t3AtMs: ownNowMs() });
      this.#replies.delete(d.t0AtMs);
    },
    stage: (d) => this.stage.stage(d),
    prepare: (d) => this.stage.prepare(d),
    commit: (d) => this.stage.commit(d),
    abort: (d) => this.stage.abort(d),
    content: (d) => {
      this.stage.content(d);
      this.#keepSoon();
      nextFrame().then(() => sweep(this.canvas));
    },
    mask: (d) => {
      this.masks.put(d);
      this.#judged(d.maskId);
    },
    unmask: ({ maskId }) => {
      this.masks.remove(maskId);
      this.#judged(maskId);
    },
    realm: (d) => {
      this.stage.realm(d);
      if (this.stage.shown?.realm?.realm === d.realm) this.#framed(d);
      sweep(this.canvas);
      this.#keepSoon();
    },
    overlay: (d) => this.overlays.put(d),
    glass: (d) => this.glass.put(d),
    freeze: ({ on }) => {
      this.stage.freeze(on);
      this.#mark();
    },
    reload: ({ reason, reloadAtMs, release }) => {
      const waitMs = Math.max(0, this.clock.toOwn(reloadAtMs ?? 0) - ownNowMs());
      const begin = () => (release ? this.renewal.beginFor(release) : this.renewal.begin(reason));
      setTimeout(begin, waitMs);
    },
    error: ({ code, message }) => this.health.report(`controller: ${code}: ${message}`),
  };

  // Cover or uncover what the masks now say, and tell when it was on glass.
  async #judged(maskId) {
    this.#judgeAll();
    this.renewal.masked();
    await nextFrame();
    const maskedAtMs = this.clock.toShared(ownNowMs());
    this.link.send("masked", { maskId, maskedAtMs });
  }

  #judge(slot) {
    slot.element.classList.toggle("is-masked", this.masks.covers(slot.classification));
  }

  #judgeAll() {
    this.pool.all.filter((slot) => slot.renderId !== null).forEach((slot) => this.#judge(slot));
  }

  #linkIs({ phase }) {
    this.#root.dataset.link = phase;
    if (phase !== "up") this.#timers.forEach(clearInterval);
    if (this.renewal.isWaiting && phase !== "up") return; // the new document has it
    this.#mark();
    this.#afterShown();
  }

  // In the corner, over the picture that stays: that the link is lost, since when and why.
  #mark() {
    const { phase, code, reason, sinceMs, retryAtMs } = this.link.state;
    if (phase === "up" && this.stage.frozen) this.cover.show("mark", [this.#say("frozen")]);
    else if (phase === "up" || this.stage.shown === null) this.cover.hide("mark");
    else {
      const why = this.#why(phase, code, reason, sinceMs, retryAtMs);
      this.cover.show("mark", [...why, this.#keptSince()]);
    }
  }

  #keptSince() {
    if (this.#keptAtMs === null) return null;
    const [time, date] = ["time", "date"].map((kind) => clockWords(this.#keptAtMs, kind, this.#language));
    return this.#say("kept", { time: `${time}, ${date}` });
  }

  #why(phase, code, reason, sinceMs, retryAtMs) {
    const time = (atMs) => clockWords(atMs + this.clock.offsetMs, "time", this.#language);
    const own = ["sign_in", "forbidden"].includes(reason) ? reason : "refused";
    const named = { 4001: own, 4005: "replaced", 4011: "kicked" };
    const words = this.#say(named[code] ?? (phase === "connecting" ? "connecting" : "link_lost"));
    const again = phase === "refused" ? this.#say("retry", { time: time(retryAtMs) }) : null;
    return [words, again ?? time(sinceMs)];
  }

  // What is not live has its frame, and stands back into it; what is live has all of the panel.
  #framed(realm) {
    const wasThere = this.frame.isThere;
    this.frame.put(realm);
    this.#root.dataset.realm = realm?.realm ?? "live";
    if (wasThere !== this.frame.isThere) this.#place();
  }

  // In the middle, when there is no picture to look at.
  #afterShown() {
    if (this.stage.shown?.tiles.length > 0) this.cover.hide("notice");
    else if (this.link.up) this.cover.show("notice", [this.#say("idle"), this.#name]);
    else {
      const { phase, code, reason, sinceMs, retryAtMs } = this.link.state;
      this.cover.show("notice", [...this.#why(phase, code, reason, sinceMs, retryAtMs), this.#name]);
    }
    sweep(this.canvas);
    this.#mark();
    this.#keepSoon();
  }

  get #name() {
    const { wall, output, view } = this.#address;
    return `${wall} · ${output || view}`;
  }

  get #language() {
    return this.#joined?.language ?? "vi";
  }

  #say(name, values = {}) {
    const words = this.#words[this.#language][name];
    return words.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  }

  #place() {
    if (this.#joined === null || !(this.#joined.rectPx || this.#joined.canvasPx)) return;
    const { rectPx, canvasPx, devicePixelRatio, unitPx = 24, view } = this.#joined;
    const { scale, xPx, yPx, mismatch } = placement(windowSize(), {
      rectPx: view ? undefined : rectPx,
      canvasPx,
      devicePixelRatio,
    });
    const { x, y } = this.glass.offset;
    this.#drawn = { scale, xPx: xPx + x * scale, yPx: yPx + y * scale, mismatch };
    const { style } = this.canvas;
    style.width = `${canvasPx.width}px`;
    style.height = `${canvasPx.height}px`;
    this.#root.style.setProperty("--player-u", `${unitPx * scale}px`);
    style.transform = this.#standing(this.#drawn);
    this.#root.style.setProperty("--player-unit", `${unitPx}px`);
    this.#root.style.setProperty("--words-masked", JSON.stringify(this.#say("masked")));
    this.health.standing("viewport", mismatch);
    this.overlays.placed();
  }

  // Of the canvas: where it lies in the window, or back in its frame.
  #standing({ xPx, yPx, scale }) {
    const frame = this.frame.place(windowSize()) ?? { factor: 1, xPx: 0, yPx: 0, bottomPx: 0 };
    const { factor } = frame;
    for (const [side, px] of [["x", frame.xPx], ["top", frame.yPx], ["bottom", frame.bottomPx]]) {
      this.#root.style.setProperty(`--frame-${side}`, `${px}px`);
    }
    const [x, y] = [xPx * factor + frame.xPx, yPx * factor + frame.yPx];
    return `translate(${x}px, ${y}px) scale(${scale * factor})`;
  }

  // Where this display is and what it measures, for what is written over the picture.
  #whereabouts() {
    const { outputId, rectPx, canvasPx, devicePixelRatio = 1, unitPx = 24 } = this.#joined;
    const { wall, view } = this.#address;
    return {
      wall,
      outputId,
      view,
      rectPx,
      canvasPx,
      unitPx,
      drawn: this.#drawn,
      mismatch: this.#drawn.mismatch,
      window: windowSize(),
      ratioOfWall: devicePixelRatio,
      trimPx: this.glass.trimPx,
      uncertaintyMs: this.clock.uncertaintyMs,
      language: this.#language,
      say: (name, values) => this.#say(name, values),
    };
  }

  get state() {
    return { ...this.link.state, sessionId: this.#joined?.sessionId ?? null, ...this.stage.showing };
  }

  get counters() {
    return { ...this.link.counters, ...this.stage.counters, ...this.pool.counters };
  }
}

// For benchmarks and tests, which read what a page measured itself, and for who watches a display.
function publish(player) {
  window.iocPlayer = {
    thumbnail: player.thumbnail,
    get lastSwitch() {
      return player.stage.lastSwitch;
    },
    get state() {
      return player.state;
    },
    get counters() {
      return player.counters;
    },
    get clock() {
      return { offsetMs: player.clock.offsetMs, uncertaintyMs: player.clock.uncertaintyMs };
    },
    get glass() {
      return { ...player.glass.offset, level: player.glass.level };
    },
    get errors() {
      return player.health.errors;
    },
    get alive() {
      return player.health.alive;
    },
  };
}

function begin(root) {
  const player = new Player(root, token);
  window.iocClock = { nowMs: () => player.clock.nowMs() };
  publish(player);
  player.start();
}

function whenPresent(id, then) {
  const look = () => {
    const root = document.getElementById(id);
    if (root === null) return;
    watch.disconnect();
    then(root);
  };
  const watch = new MutationObserver(look);
  watch.observe(document.body, { childList: true, subtree: true });
  look();
}

const token = /\/wall\//.test(location.pathname) ? tokenOfAddress() : null;
if (!isRehearsal()) whenPresent(ROOT, begin);
