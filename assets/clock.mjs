// The shared clock: the controller's, as estimated over the link (PROTOCOL.md, "Clock").
// Not for writing times on screen: ages.mjs.

const DRIFT = 1e-4; // the most that two quartz clocks run apart: 100 ms in 1,000 s
const TICK_MS = 0.1; // of a page's clock, which browsers make coarse
const UNKNOWN_MS = 5; // half of the 10 ms round trip that the controller assumes before it is told

// This page's own clock: milliseconds since the Unix epoch, never set back while the page lives.
export const ownNowMs = () => performance.timeOrigin + performance.now();

// What one `clockReply` tells: between which bounds the offset lay; null for a negative round trip
// (a clock stepped meanwhile).
export function sampleOf({ t0AtMs, t1AtMs, t2AtMs }, t3AtMs) {
  const [lowMs, highMs] = [t2AtMs - t3AtMs, t1AtMs - t0AtMs];
  if (!(highMs >= lowMs)) return null;
  return { atMs: t0AtMs, lowMs: lowMs - TICK_MS, highMs: highMs + TICK_MS };
}

// The estimate: the middle of what all replies together leave possible. A bound loosens with its
// age; a reply that contradicts them (a clock was stepped) replaces them.
export class Clock {
  #bounds = null; // {atMs, lowMs, highMs}
  #offsetMs = 0;
  #roundTripMs = null;
  #isNewBurst = true;
  #fresh = Promise.withResolvers();

  // Settles at the first sample since the last `forget`: before, no instant can be met.
  get fresh() {
    return this.#fresh.promise;
  }

  get offsetMs() {
    return this.#offsetMs;
  }

  get uncertaintyMs() {
    return this.uncertaintyAtMs(ownNowMs());
  }

  // How far the estimate may be off at an instant of this page's own clock.
  uncertaintyAtMs(ownMs) {
    if (this.#bounds === null) return UNKNOWN_MS;
    const { lowMs, highMs } = loosened(this.#bounds, ownMs);
    return (highMs - lowMs) / 2;
  }

  // The smallest round trip of the last burst; null before the first reply.
  get roundTripMs() {
    return this.#roundTripMs;
  }

  // Another controller, another clock: what was measured against the one before is worth nothing.
  // The offset stays in use until there is a new sample, so that ages on glass do not jump.
  forget() {
    this.#bounds = null;
    this.#roundTripMs = null;
    this.#isNewBurst = true;
    this.#fresh = Promise.withResolvers();
  }

  beginBurst() {
    this.#isNewBurst = true;
  }

  take(sample) {
    if (sample === null) return;
    const held = this.#bounds === null ? sample : loosened(this.#bounds, sample.atMs);
    const lowMs = Math.max(held.lowMs, sample.lowMs);
    const highMs = Math.min(held.highMs, sample.highMs);
    this.#bounds = lowMs <= highMs ? { atMs: sample.atMs, lowMs, highMs } : sample;
    this.#offsetMs = (this.#bounds.lowMs + this.#bounds.highMs) / 2;
    const before = this.#isNewBurst ? Infinity : this.#roundTripMs;
    this.#roundTripMs = Math.min(before, sample.highMs - sample.lowMs - 2 * TICK_MS);
    this.#isNewBurst = false;
    this.#fresh.resolve();
  }

  nowMs() {
    return this.toShared(ownNowMs());
  }

  toShared(ownMs) {
    return ownMs + this.offsetMs;
  }

  toOwn(sharedMs) {
    return sharedMs - this.offsetMs;
  }
}

function loosened({ atMs, lowMs, highMs }, ownMs) {
  const byMs = DRIFT * Math.abs(ownMs - atMs);
  return { atMs, lowMs: lowMs - byMs, highMs: highMs + byMs };
}
