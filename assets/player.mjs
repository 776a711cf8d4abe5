// The player: joins the wall link, keeps the shared clock, and lets the stage do what the frames
// say. One page is one output or one view; without the stage's root on the page this does nothing.

import { sweep } from "./ages.mjs";
import { Aside } from "./aside.mjs";
import { followCameras } from "./camera.mjs";
import { windowSize } from "./canvas.mjs";
import { Clock, ownNowMs } from "./clock.mjs";
import { Contents } from "./content.mjs";
import { Cover, Masks } from "./cover.mjs";
import { Frame } from "./frame.mjs";
import { Glass } from "./glass.mjs";
import { Health, fontMissing } from "./health.mjs";
import { Keep } from "./keep.mjs";
import { KeptPicture, unkept } from "./kept-picture.mjs";
import { BAD_TOKEN, Link, linkUrls, SUBPROTOCOL } from "./link.mjs";
import { Notices } from "./notices.mjs";
import { isRehearsal, keepCode } from "./offline.mjs";
import { Overlays } from "./overlays.mjs";
import { nextFrame } from "./paint.mjs";
import { Placing } from "./placing.mjs";
import { whenPresent } from "./present.mjs";
import { publish } from "./published.mjs";
import { Renewal } from "./renewal.mjs";
import { SlotPool } from "./slots.mjs";
import { Stage } from "./stage.mjs";
import { Thumbnail } from "./thumbnail.mjs";
import { Timekeeping } from "./timekeeping.mjs";
import { tokenOfAddress, tokenOfView } from "./token.mjs";
import { warmUp } from "./warm-up.mjs";

const ROOT = "player";
const RESTORE_AFTER_MS = 2_000; // no controller for so long after the start: show what was kept
const NO_STAGE_MS = 2_000; // a preview's stage follows its joining; without one there is none
const GRAPHS_AGAIN_AFTER_MS = 40_000; // a graph gives what draws it 30 s, once
const KEEP_CODE_AFTER_MS = 180_000; // when the start is long over, on a display that stays
const SPARED_AT_MOST_EVERY_MS = 600_000; // a budget that is too small must not load for ever

class Player {
  #root;
  #address;
  #words;
  #token;
  #joined = null; // the `d` of `identified`
  #release; // of this page's code
  #heapBudgetMb;
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
    this.kept = new KeptPicture(output ? new Keep(location.pathname) : null, {
      picture: () => this.#picture(),
      contentOf: (hash) => this.contents.get(hash),
      report: (what) => this.health.report(what),
    });
    this.cover = new Cover(root.querySelector(".player-cover"));
    this.aside = new Aside(root);
    this.frame = new Frame({
      root: root.querySelector(".player-frame"),
      clock: this.clock,
      say: (name) => this.#say(name),
      isSmall: Boolean(view),
    });
    this.notices = new Notices({
      cover: this.cover,
      clock: this.clock,
      name: this.#name,
      say: (name, values) => this.#say(name, values),
      language: () => this.#language,
    });
    this.masks = new Masks(localStorage, `ioc-masks:${location.pathname}`, (what) =>
      this.health.report(what),
    );
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
    this.placing = new Placing({ root, canvas: this.canvas, frame: this.frame, glass: this.glass });
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
    const beat = () => this.#heartbeat();
    this.timekeeping = new Timekeeping({ link: this.link, clock: this.clock, beat });
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
    await warmUp(this.#root, (what) => this.health.report(what));
    this.health.standing("font", await fontMissing());
    if (!window.Plotly) this.#withoutGraphs();
    this.link.open();
    setTimeout(() => this.#restore(), RESTORE_AFTER_MS);
    setTimeout(() => requestIdleCallback(() => this.#keepCode()), KEEP_CODE_AFTER_MS);
  }

  // This document began without what draws graphs; should the graphs' own try fail, another must.
  #withoutGraphs() {
    this.health.standing("graphs", "plotly.js missing: no graph is drawn");
    setTimeout(() => {
      if (window.Plotly) this.health.standing("graphs", null);
      else this.renewal.begin("graphs");
    }, GRAPHS_AGAIN_AFTER_MS);
  }

  async #restore() {
    if (this.renewal.isBehind) return;
    const kept = this.#joined === null ? await this.kept.get() : null;
    if (!kept || this.#joined !== null) return;
    this.#joined = kept.joined;
    this.#keptAtMs = kept.atMs;
    this.#root.lang = kept.joined.language ?? "vi";
    this.glass.put(kept.joined.glass);
    this.#place();
    const words = this.#say("unkept");
    const tiles = kept.scene.tiles.map((tile) => (tile.content ? tile : unkept(tile, words)));
    await this.stage.restore({ ...kept.scene, tiles });
    this.#afterShown();
  }

  // A display that starts while no web server answers has its code, too.
  async #keepCode() {
    if (!this.#address.output) return;
    await keepCode(this.#release).catch((error) => this.health.report(`code not kept: ${error}`));
  }

  // What is on glass now, as it is kept; null when there is nothing that a controller stands for.
  #picture() {
    const { shown: scene } = this.stage;
    if (scene === null || !this.link.up) return null;
    const { sessionId, ...joined } = this.#joined;
    return { joined, scene, atMs: this.clock.nowMs() };
  }

  async #identify() {
    const { wall, view } = this.#address;
    const own = { token: this.#token, isRefused: this.link.state.code === BAD_TOKEN };
    return {
      kind: view ? "view" : "output",
      token: view ? await tokenOfView({ wall, view }, own) : (this.#token ?? ""),
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

  #join(d) {
    this.#joined = d;
    this.#keptAtMs = null;
    this.#root.lang = d.language ?? "vi";
    this.#root.dataset.ceiling = d.ceiling?.level ?? "";
    this.glass.put(d.glass);
    this.thumbnail.order(d.thumbnail);
    this.#place();
    this.stage.joined({ showsStage: d.view === "preview" });
    this.overlays.put({ kind: "clear" }); // those that still stand are told again
    this.#afterShown();
    this.renewal.shows(null);
    if (d.view === "preview") setTimeout(() => this.renewal.showsNothing(), NO_STAGE_MS);
    this.timekeeping.begin(d.heartbeatMs);
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
    this.timekeeping.stop();
    this.link.close();
    this.glass.put(null);
    this.frame.put(null);
    this.pool.empty();
    this.cover.clear();
    this.#root.hidden = true;
  }

  #handlers = {
    clockReply: (d) => this.timekeeping.heard(d),
    stage: (d) => this.stage.stage(d),
    prepare: (d) => this.stage.prepare(d),
    commit: (d) => this.stage.commit(d),
    abort: (d) => this.stage.abort(d),
    content: (d) => {
      this.stage.content(d);
      this.kept.soon();
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
      this.kept.soon();
    },
    overlay: (d) => this.overlays.put(d),
    glass: (d) => this.glass.put(d),
    freeze: ({ on }) => {
      this.stage.freeze(on);
      this.#notice();
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
    if (phase !== "up") this.timekeeping.stop();
    if (this.renewal.isWaiting && phase !== "up") return; // the new document has it
    this.#afterShown();
  }

  #notice() {
    const { shown, frozen: isFrozen } = this.stage;
    this.notices.tell({ link: this.link.state, shown, isFrozen, keptAtMs: this.#keptAtMs });
  }

  // What is not live has its frame, and stands back into it; what is live has all of the panel.
  #framed(realm) {
    const wasThere = this.frame.isThere;
    this.frame.put(realm);
    this.#root.dataset.realm = realm?.realm ?? "live";
    if (wasThere !== this.frame.isThere) this.#place();
  }

  #afterShown() {
    this.#notice();
    sweep(this.canvas);
    this.aside.look();
    this.kept.soon();
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
    this.health.standing("viewport", this.placing.place(this.#joined));
    this.#root.style.setProperty("--words-masked", JSON.stringify(this.#say("masked")));
    this.overlays.placed();
  }

  // Where this display is and what it measures, for what is written over the picture.
  #whereabouts() {
    const { wall, view } = this.#address;
    return {
      wall,
      view,
      outputId: this.#joined.outputId,
      ...this.placing.told(this.#joined),
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

function begin(root) {
  const player = new Player(root, token);
  publish(player);
  player.start();
}

const token = /\/wall\//.test(location.pathname) ? tokenOfAddress() : null;
if (!isRehearsal()) whenPresent(ROOT, begin);
