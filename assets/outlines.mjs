// The outlines of maps, asked for until they come. A map asks for its own once, when it is mounted;
// if that fails it stays empty, and deaf to new values, for as long as it is mounted. So its
// question is answered late rather than never, and what was set meanwhile is set once more.

import { placed } from "./content.mjs";

const PATH = "/geometry/";
const FIRST_MS = 250;
const LONGEST_MS = 30_000;
const GIVEN_UP_MS = 20_000; // a server that takes the question and never answers
const DRAWN_MS = 1_000; // after the answer, by when a map has drawn it

const came = new Set(); // urls
const asking = new Map(); // url -> promises: first (null, or what went wrong), answer

// Wait for the first answer to a url: null once it is there, or what went wrong. Asking goes on.
export const arrival = (url) => (came.has(url) ? Promise.resolve(null) : asked(url).first);

function asked(url) {
  if (!asking.has(url)) {
    let tell;
    const first = new Promise((resolve) => (tell = resolve));
    asking.set(url, { first, answer: untilThere(url, tell) });
  }
  return asking.get(url);
}

async function untilThere(url, tell) {
  for (let tries = 0; tries === 0 || isWanted(url); tries += 1) {
    try {
      const answer = await whole(url);
      came.add(url);
      asking.delete(url);
      tell(null);
      if (tries > 0) setTimeout(() => setAgain(url), DRAWN_MS);
      return answer;
    } catch (error) {
      tell(`${url}: ${error.message}`);
    }
    const longest = Math.min(FIRST_MS * 2 ** tries, LONGEST_MS);
    await new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
  }
  asking.delete(url);
  return new Promise(() => undefined); // nobody is there any more to hear it
}

// An answer with all of its body, which must be what a map can draw.
async function whole(url) {
  const answer = await ask(url, { signal: AbortSignal.timeout(GIVEN_UP_MS) });
  if (!answer.ok) throw new Error(answer.status);
  const text = await answer.text();
  JSON.parse(text);
  return new Response(text, { headers: { "Content-Type": "application/json" } });
}

// The mounted maps' layers of a url, with their paths in Dash's layout.
function* layersOf(url) {
  for (const [{ props }, path] of placed(window.dash_component_api.getLayout(["components"]))) {
    if (props.url === url) yield [props, ["components", ...path]];
  }
}

const isWanted = (url) => !layersOf(url).next().done;

// A map takes no values while it waits for its outlines: those it has by now are set as new ones.
function setAgain(url) {
  for (const [{ hideout }, path] of layersOf(url)) {
    if (hideout) window.dash_clientside.set_props(path, { hideout: { ...hideout } });
  }
}

const isOutline = (question) =>
  typeof question === "string" && new URL(question, location.href).pathname.startsWith(PATH);

// Maps know no other way to ask.
const ask = window.fetch.bind(window);
window.fetch = async (question, options) =>
  isOutline(question) ? (await asked(question).answer).clone() : ask(question, options);
