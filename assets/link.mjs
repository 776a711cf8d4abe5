// The wall link: one WebSocket to the controller that is opened again for ever (PROTOCOL.md).
// For players and consoles alike; what frames mean is the caller's business.

export const SUBPROTOCOL = "ioc-wall.v1";
const JOIN_MS = 5_000; // from opening to `identified`; the controller gives up after as long
export const IDENTITY_MS = 4_000; // of that, for a token: one that comes later is of no use
const PROBE_EVERY_MS = 10_000;
const SILENCE_MS = 4_000; // no frame for so long after a probe: nobody is there any more
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 2_000; // after any outage a wall is right again within seconds
// Among several controllers: one that is stopped takes connections and never says a word.
const OPEN_MS = 1_000;
const PROBE_AMONG_SEVERAL_MS = 1_000;
const SILENCE_AMONG_SEVERAL_MS = 1_500;
const LONGEST_AMONG_SEVERAL_MS = 1_000; // between rounds of all addresses
const NEXT_MS = 200; // within a round, at most
const REFUSED_DELAY_MS = 60_000;
export const BAD_TOKEN = 4001;
export const REPLACED = 4005;
export const KICKED = 4011;

// Thrown by `identify` when there is no token to be had (a signed-out person): as a bad token.
export class Refused extends Error {}

// Milliseconds until the next attempt, null for never. `attempt` counts from 0 since the link was
// last up; `random` in [0, 1) spreads the players of a wall over the half before the full delay.
export function retryDelayMs(code, attempt, random, longestMs = LONGEST_DELAY_MS) {
  if (code === KICKED) return null;
  if (code === BAD_TOKEN || code === REPLACED) return REFUSED_DELAY_MS;
  const fullMs = Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempt, 16), longestMs);
  return fullMs * (0.5 + random / 2);
}

// The controllers' addresses for a page: those given (blank-separated; `:8051` is a port of the host
// the page came from), else `port` of that host.
export function linkUrls({ urls, port }, place = window.location) {
  const given = urls ? urls.split(" ") : [`:${port}`];
  const scheme = place.protocol === "https:" ? "wss" : "ws";
  return given.map((url) => (url.startsWith(":") ? `${scheme}://${place.hostname}${url}/ws` : url));
}

export class Link {
  #urls;
  #socket = null;
  #attempt = 0; // rounds of all addresses since the link was last up
  #tried = 0; // addresses in this round
  #epoch = -Infinity;
  #timer = null;
  #joinTimer = null;
  #probeTimer = null;
  #probeEveryMs;
  #retryAfterMs = null;
  #stopped = false;
  #on;

  state = { phase: "connecting", code: null, sinceMs: Date.now(), retryAtMs: null };
  counters = { opened: 0, joined: 0, framesIn: 0, framesOut: 0, oldEpoch: 0 };

  // identify: async () => the `d` of `identify`, asked anew at each attempt; may throw Refused.
  // onJoined(d, epoch), onFrame(type, d, epoch), onState(state). A page hears no WebSocket pings,
  // so the link asks for the time now and then; null when the caller does that itself.
  constructor({ urls, identify, onJoined, onFrame, onState, probeEveryMs = PROBE_EVERY_MS }) {
    this.#urls = [...urls];
    this.#probeEveryMs = probeEveryMs;
    this.#on = { identify, onJoined, onFrame, onState };
  }

  get up() {
    return this.state.phase === "up";
  }

  get #several() {
    return this.#urls.length > 1;
  }

  get epoch() {
    return this.#epoch;
  }

  open() {
    if (this.#stopped || this.#socket !== null) return;
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#urls[0], SUBPROTOCOL);
    this.#socket = socket;
    this.counters.opened += 1;
    socket.onmessage = (event) => this.#receive(socket, event.data);
    socket.onclose = (event) => this.#closed(socket, event.code, event.reason);
    socket.onopen = () => this.#expect(JOIN_MS);
    this.#expect(this.#several ? OPEN_MS : JOIN_MS);
  }

  // Tell the controller something; false (and nothing sent) when the link is not up.
  send(type, d) {
    if (!this.up) return false;
    this.#write(this.#socket, type, d);
    return true;
  }

  // Give this connection up without waiting for the other side, which may be gone; then retry.
  drop(reason) {
    if (this.#socket !== null) this.#give(this.#socket, null, reason);
  }

  // End the link for good.
  close() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.drop("closed");
  }

  #expect(withinMs) {
    clearTimeout(this.#joinTimer);
    this.#joinTimer = setTimeout(() => this.drop("no answer"), withinMs);
  }

  #probe() {
    const { framesIn, joined } = this.counters;
    this.send("clock", { t0AtMs: Date.now() });
    setTimeout(() => {
      if (joined === this.counters.joined && framesIn === this.counters.framesIn) {
        this.drop("silent");
      }
    }, this.#several ? SILENCE_AMONG_SEVERAL_MS : SILENCE_MS);
  }

  #write(socket, type, d) {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify({ type, d }));
    this.counters.framesOut += 1;
  }

  #receive(socket, text) {
    const { type, epoch, d } = JSON.parse(text);
    this.counters.framesIn += 1;
    if (epoch < this.#epoch) {
      this.counters.oldEpoch += 1; // a controller that was deposed and has not noticed
      return;
    }
    this.#epoch = epoch;
    if (type === "hello") this.#identify(socket);
    else if (type === "identified") this.#joined(d, epoch);
    else if (type === "bye") this.#leave(d);
    else if (this.up) this.#on.onFrame(type, d, epoch);
  }

  async #identify(socket) {
    try {
      const identity = await this.#on.identify();
      if (socket === this.#socket) this.#write(socket, "identify", identity);
    } catch (error) {
      if (socket !== this.#socket) return;
      if (!(error instanceof Refused)) this.drop(String(error));
      else this.#give(socket, BAD_TOKEN, error.message);
    }
  }

  #give(socket, code, reason) {
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    this.#closed(socket, code, reason);
  }

  #joined(d, epoch) {
    clearTimeout(this.#joinTimer);
    this.#attempt = 0;
    this.#tried = 0;
    this.counters.joined += 1;
    this.#become({ phase: "up", code: null, reason: "", retryAtMs: null });
    clearInterval(this.#probeTimer);
    const everyMs = this.#several ? PROBE_AMONG_SEVERAL_MS : this.#probeEveryMs;
    if (everyMs !== null) this.#probeTimer = setInterval(() => this.#probe(), everyMs);
    this.#on.onJoined(d, epoch);
  }

  // `bye` says when to come back and where; the controller closes, or we do.
  #leave({ retryAfterMs, alternateUrls = [] }) {
    const others = alternateUrls.filter((url) => /^wss?:\/\//.test(url));
    const [own, ...rest] = this.#urls;
    const known = rest.filter((url) => !others.includes(url));
    this.#urls = [own, ...others.filter((url) => url !== own), ...known];
    this.#retryAfterMs = Number.isFinite(retryAfterMs) ? retryAfterMs * (1 + Math.random() / 2) : null;
    this.drop("bye");
  }

  // Each address in its turn, one right after another; then a pause before the next round.
  #delayMs(code) {
    const fixed = [BAD_TOKEN, REPLACED, KICKED].includes(code);
    this.#tried += 1;
    this.#urls = [...this.#urls.slice(1), this.#urls[0]];
    if (!fixed && this.#tried < this.#urls.length) return NEXT_MS * Math.random();
    const longestMs = this.#several ? LONGEST_AMONG_SEVERAL_MS : LONGEST_DELAY_MS;
    const delayMs =
      this.#retryAfterMs ?? retryDelayMs(code, this.#attempt, Math.random(), longestMs);
    this.#retryAfterMs = null;
    this.#attempt += 1;
    this.#tried = 0;
    return delayMs;
  }

  #closed(socket, code, reason) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    clearTimeout(this.#joinTimer);
    clearInterval(this.#probeTimer);
    if (this.#stopped) return this.#become({ phase: "stopped", code, reason, retryAtMs: null });
    const delayMs = this.#delayMs(code);
    if (delayMs === null) {
      this.#stopped = true;
      return this.#become({ phase: "stopped", code, reason, retryAtMs: null });
    }
    const phase = code === BAD_TOKEN || code === REPLACED ? "refused" : "lost";
    this.#become({ phase, code, reason, retryAtMs: Date.now() + delayMs });
    this.#timer = setTimeout(() => this.open(), delayMs);
  }

  #become(next) {
    const went = next.phase !== this.state.phase || next.code !== this.state.code;
    const sinceMs = went ? Date.now() : this.state.sinceMs;
    this.state = { ...next, sinceMs };
    this.#on.onState?.(this.state);
  }
}
