// When a client asks the controller for the time and says how it is: a burst of questions as soon as it
// has joined, the first heartbeat right after, then both at their pace (PROTOCOL.md, "Clock"). What the
// answers tell of the time is clock.mjs.

import { ownNowMs, sampleOf } from "./clock.mjs";

const BURST = 8;
const BURST_EVERY_MS = 10_000;
const REPLY_WITHIN_MS = 4_000; // no answer to `clock` for so long: nobody is there

export class Timekeeping {
  #given;
  #timers = [];
  #replies = new Map(); // t0AtMs -> resolve
  #asking = null; // the joining whose burst is under way

  // link: Link, clock: Clock, beat(): send a heartbeat.
  constructor(given) {
    this.#given = given;
  }

  // The link has joined, perhaps another controller: what was asked before is not answered any more.
  async begin(heartbeatMs) {
    const { link, clock, beat } = this.#given;
    this.stop();
    clock.forget();
    this.#replies.clear();
    this.#timers = [setInterval(() => this.#burst(), BURST_EVERY_MS)];
    const { joined } = link.counters;
    await this.#burst();
    if (joined !== link.counters.joined || !link.up) return;
    beat();
    this.#timers.push(setInterval(beat, heartbeatMs));
  }

  stop() {
    this.#timers.forEach(clearInterval);
  }

  // A `clockReply` came.
  heard(d) {
    this.#replies.get(d.t0AtMs)?.({ ...d, t3AtMs: ownNowMs() });
    this.#replies.delete(d.t0AtMs);
  }

  // One at a time: on a line whose answers take seconds the next is due before this one is over.
  async #burst() {
    const { link, clock } = this.#given;
    const { joined } = link.counters;
    if (this.#asking === joined) return;
    this.#asking = joined;
    clock.beginBurst();
    for (let i = 0; i < BURST; i += 1) {
      const t0AtMs = ownNowMs();
      const reply = link.send("clock", { t0AtMs }) ? await this.#replyTo(t0AtMs) : null;
      if (reply === null) break;
      clock.take(sampleOf(reply, reply.t3AtMs));
    }
    if (this.#asking === joined) this.#asking = null;
  }

  #replyTo(t0AtMs) {
    const { link } = this.#given;
    const { joined } = link.counters;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#replies.delete(t0AtMs);
        if (joined === link.counters.joined) link.drop("silent");
        resolve(null);
      }, REPLY_WITHIN_MS);
      this.#replies.set(t0AtMs, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
    });
  }
}
