// The link of signed-in pages: hears what changed and sets the page's stores, Dash does the rest.
// While the link is lost the page's interval polls instead, and the page says so.
//   #live          data-topics (JSON), data-link or data-link-port, data-words (JSON), data-realm
//   #live-state    shows the state: class is-<state>, words in .live-words

import { follow } from "./ages.mjs"; // clocks, ages and countdowns of these pages
import { followCameras } from "./camera.mjs";
import { IDENTITY_MS, Link, Refused, SUBPROTOCOL, linkUrls } from "./link.mjs";

const ROOT = "live";
const STATE = "live-state";
const SPREAD_MS = 600; // consoles that hear the same news do not all ask in the same instant
const PATIENCE_MS = 1_500; // a blink of the link is not worth a word, nor a poll

export async function consoleIdentity(fetcher = fetch) {
  const signal = AbortSignal.timeout(IDENTITY_MS);
  const answer = await fetcher("/session/wall-token", { cache: "no-store", signal });
  if (answer.status === 401 || answer.status === 403) throw new Refused("signed out");
  if (!answer.ok) throw new Error(`wall token: ${answer.status}`);
  const { token } = await answer.json();
  return { kind: "console", token, protocol: SUBPROTOCOL };
}

// What a phase of the link is to a reader: connecting, up, lost or refused.
export function wordOf(phase, hasBeenUp) {
  if (phase === "up" || phase === "refused") return phase;
  if (phase === "stopped") return "lost";
  return phase === "lost" || hasBeenUp ? "lost" : "connecting";
}

// Those of published versions that are of a realm; a name without one is live's.
export function ofRealm(versions, realm) {
  const of = (name) => name.slice(0, Math.max(0, name.lastIndexOf(":"))) || "live";
  return Object.entries(versions).filter(([name]) => of(name) === realm);
}

class ConsoleLink {
  #root;
  #words;
  #versions = {};
  #joined = 0;
  #hasWaited = false;
  #word = "connecting";
  #events = 0;
  #link;
  #timer = null;
  #asking = null;

  constructor(root) {
    this.#root = root;
    this.#words = JSON.parse(root.dataset.words);
    const { link: urls, linkPort: port } = root.dataset;
    this.#link = new Link({
      urls: linkUrls({ urls, port }),
      identify: () => consoleIdentity(),
      onJoined: () => this.#subscribe(),
      onFrame: (type, d) => type === "event" && this.#hear(d),
      onState: (state) => this.#show(state),
    });
  }

  get isCurrent() {
    return this.#root.isConnected;
  }

  open() {
    this.#link.open();
  }

  close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#asking);
    this.#link.close();
  }

  #subscribe() {
    this.#link.send("subscribe", { topics: JSON.parse(this.#root.dataset.topics) });
    this.#joined += 1;
    // What was missed meanwhile is asked for once; a page that joins at once is fresh from the server.
    if (this.#joined > 1 || this.#hasWaited) set("live-joined", { data: this.#joined });
  }

  #hear({ topic, name, data }) {
    if (topic === "versions") {
      const ours = ofRealm(data, this.#root.dataset.realm);
      if (ours.length === 0) return; // what is played beside this page's world moves nothing here
      this.#versions = { ...this.#versions, ...Object.fromEntries(ours) };
      this.#asking ??= setTimeout(() => this.#ask(), Math.random() * SPREAD_MS);
    } else {
      this.#events += 1;
      set("wall-event", { data: { topic, name, count: this.#events } });
    }
  }

  // Ask once for all that has changed by now.
  #ask() {
    this.#asking = null;
    set("versions", { data: this.#versions });
  }

  // Every failed attempt says "lost" anew; patience counts from the first.
  #show({ phase }) {
    const word = wordOf(phase, this.#joined > 0);
    if (word === "lost") this.#hasWaited = true;
    if (word === "lost") {
      this.#timer ??= setTimeout(() => this.#say(word), PATIENCE_MS);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#say(word);
  }

  #say(word) {
    set("live-poll", { disabled: word === "up" || word === "connecting" });
    this.#word = word;
    this.#write(word);
  }

  // The pages' own server answers, or does not: then a command may have been in vain.
  answered(isWell) {
    this.#write(isWell ? this.#word : "silent");
  }

  #write(word) {
    const shown = document.getElementById(STATE);
    if (shown === null) return;
    if (shown.classList.contains(`is-${word}`)) return;
    shown.className = `live-state is-${word}`;
    shown.querySelector(".live-words").textContent = this.#words[word];
    shown.title = this.#words[word];
  }
}

const set = (id, props) => window.dash_clientside?.set_props?.(id, props);

// Dash draws the page after this module has run, and draws it anew at each page: wait for the root.
function watch() {
  const current = window.iocConsoleLink;
  if (current && !current.isCurrent) {
    current.close();
    window.iocConsoleLink = null;
  }
  const root = document.getElementById(ROOT);
  if (root !== null && !window.iocConsoleLink) {
    window.iocConsoleLink = new ConsoleLink(root);
    window.iocConsoleLink.open();
  }
}

// A callback that meets no session, or nobody at all, does not end in silence: Dash would say nothing.
function listenToAnswers() {
  const ask = window.fetch;
  window.fetch = async (...request) => {
    const address = String(request[0]?.url ?? request[0]);
    if (!address.includes("/_dash-update-component")) return ask(...request);
    try {
      const answer = await ask(...request);
      if (answer.status === 401 || answer.status === 403) signIn();
      else window.iocConsoleLink?.answered(answer.status < 500);
      return answer;
    } catch (error) {
      window.iocConsoleLink?.answered(false);
      throw error;
    }
  };
}

function signIn() {
  const { pathname, search, hash } = location;
  if (pathname !== "/sign-in") {
    location.assign(`/sign-in?next=${encodeURIComponent(pathname + search + hash)}`);
  }
}

const isPlayer = () => location.pathname.startsWith("/wall/"); // has a link of its own

if (typeof document !== "undefined" && !window.iocConsoleWatch && !isPlayer()) {
  window.iocConsoleWatch = new MutationObserver(watch);
  window.iocConsoleWatch.observe(document.documentElement, { childList: true, subtree: true });
  follow(document.documentElement);
  followCameras(document.documentElement);
  listenToAnswers();
  watch();
}
