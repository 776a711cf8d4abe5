// What a client says of itself over the scene: in the middle, when there is no picture to look at; in the
// corner, over one that stays, that it is held, or that the link is lost, since when and why.

import { clockWords } from "./ages.mjs";
import { BAD_TOKEN, KICKED, REPLACED } from "./link.mjs";

const OWN_REASONS = ["sign_in", "forbidden"];

export class Notices {
  #given;

  // cover: Cover, clock: Clock, name: of this client, say(name, values): words, language().
  constructor(given) {
    this.#given = given;
  }

  // link: the state of Link; shown: the scene on glass or null; keptAtMs: when that was kept, null of a
  // picture that a controller gave.
  tell({ link, shown, isFrozen, keptAtMs }) {
    const { cover, say, name } = this.#given;
    const isUp = link.phase === "up";
    if (shown?.tiles.length > 0) cover.hide("notice");
    else cover.show("notice", [...(isUp ? [say("idle")] : this.#why(link)), name]);
    if (isUp && isFrozen) cover.show("mark", [say("frozen")]);
    else if (isUp || shown === null) cover.hide("mark");
    else cover.show("mark", [...this.#why(link), this.#since(keptAtMs)]);
  }

  #since(keptAtMs) {
    if (keptAtMs === null) return null;
    const [time, date] = ["time", "date"].map((kind) => this.#clock(keptAtMs, kind));
    return this.#given.say("kept", { time: `${time}, ${date}` });
  }

  #why({ phase, code, reason, sinceMs, retryAtMs }) {
    const { clock, say } = this.#given;
    const time = (atMs) => this.#clock(atMs + clock.offsetMs, "time");
    const named = {
      [BAD_TOKEN]: OWN_REASONS.includes(reason) ? reason : "refused",
      [REPLACED]: "replaced",
      [KICKED]: "kicked",
    };
    const words = say(named[code] ?? (phase === "connecting" ? "connecting" : "link_lost"));
    const again = phase === "refused" ? say("retry", { time: time(retryAtMs) }) : null;
    return [words, again ?? time(sinceMs)];
  }

  #clock(atMs, kind) {
    return clockWords(atMs, kind, this.#given.language());
  }
}
