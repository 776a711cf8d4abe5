// The shared clock: the controller's, as estimated over the link (PROTOCOL.md, "Clock").
// Not for writing times on screen: ages.mjs.

const BURSTS_KEPT = 3;
const SLACK_MS = 5; // two samples further apart than their errors and this: a clock was stepped

// This page's own clock: milliseconds since the Unix epoch, never set back while the page lives.
export const ownNowMs = () => performance.timeOrigin + performance.now();

// What one `clockReply` tells; null for a negative round trip (a clock stepped meanwhile).
export function sampleOf({ t0AtMs, t1AtMs, t2AtMs }, t3AtMs) {
  const roundTripMs = t3AtMs - t0AtMs - (t2AtMs - t1AtMs);
  if (!(roundTripMs >= 0)) return null;
  return {
    offsetMs: (t1AtMs - t0AtMs + (t2AtMs - t3AtMs)) / 2,
    uncertaintyMs: roundTripMs / 2,
  };
}

// The estimate: the sample with the smallest round trip of the last three bursts.
export class Clock {
  #bursts = [];
  #best = null;
  #fresh = Promise.withResolvers();

  // Settles at the first sample since the last `forget`: before, no instant can be met.
  get fresh() {
    return this.#fresh.promise;
  }

  get offsetMs() {
    return this.#best?.offsetMs ?? 0;
  }

  // Unknown counts as the 10 ms round trip the controller assumes before it is told.
  get uncertaintyMs() {
    return this.#best?.uncertaintyMs ?? 5;
  }

  // Another controller, another clock: what was measured against the one before is worth nothing.
  // The offset stays in use until there is a new sample, so that ages on glass do not jump.
  forget() {
    this.#bursts = [];
    this.#fresh = Promise.withResolvers();
  }

  beginBurst() {
    this.#bursts = [...this.#bursts.slice(1 - BURSTS_KEPT), []];
  }

  take(sample) {
    if (sample === null) return;
    const held = this.#bursts.some((burst) => burst.length > 0);
    if (held && disagree(sample, this.#best)) this.#bursts = [];
    if (this.#bursts.length === 0) this.#bursts = [[]];
    this.#bursts[this.#bursts.length - 1].push(sample);
    this.#best = this.#bursts
      .flat()
      .reduce((best, each) => (each.uncertaintyMs < best.uncertaintyMs ? each : best));
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

function disagree(one, other) {
  const apartMs = Math.abs(one.offsetMs - other.offsetMs);
  return apartMs > one.uncertaintyMs + other.uncertaintyMs + SLACK_MS;
}
