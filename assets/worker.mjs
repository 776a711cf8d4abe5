// The displays' service worker, where the context is secure: a player starts with no web server, from
// the whole release that offline.mjs has laid by. While the server answers, what it says is used and
// nothing else: no old code. Never kept: data, tokens, what is not named here.

const KEPT = "ioc-player-"; // + release
const PASSING = "ioc-passing"; // the page router's last answer by page, until it is laid by
const MARK = "/assets/worker.mjs?whole";
const ROUTER = "/_dash-update-component";
const FILES = /^\/(assets|vendor|geometry|_dash-component-suites)\//;
const NOBODY = [502, 503, 504];
const GIVEN_UP_MS = 8_000; // a server that takes the question and never answers

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  const isRouter = request.method === "POST" && url.pathname === ROUTER;
  if (isRouter) event.respondWith(routed(event, request));
  else if (request.method === "GET" && isCode(request, url)) {
    event.respondWith(answered(request, request.mode === "navigate" ? url.pathname : request));
  }
});

const isCode = ({ mode }, { pathname }) =>
  mode === "navigate" ||
  FILES.test(pathname) ||
  ["/_dash-layout", "/_dash-dependencies", "/_favicon.ico"].includes(pathname);

// What the server says; when nobody is there, what was laid by. A proxy that has nobody behind it
// is nobody, too.
async function answered(question, kept) {
  let answer = null;
  try {
    answer = await fetch(question, { signal: AbortSignal.timeout(GIVEN_UP_MS) });
    if (!NOBODY.includes(answer.status)) return answer;
  } catch (error) {
    return (await laidBy(kept)) ?? Promise.reject(error);
  }
  return (await laidBy(kept)) ?? answer;
}

// The page router answers with the empty stage of a page: its one answer that is kept, by page.
async function routed(event, request) {
  const client = await self.clients.get(event.clientId);
  const page = client === undefined ? "" : new URL(client.url).pathname;
  const key = `${ROUTER}?page=${encodeURIComponent(page)}`;
  const isOfRouter = (await request.clone().text()).includes("_pages_content");
  const answer = await answered(request, key);
  if (answer.ok && isOfRouter) await (await caches.open(PASSING)).put(key, answer.clone());
  return answer;
}

async function laidBy(request) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(KEPT)) continue;
    const cache = await caches.open(name);
    const isWhole = (await cache.match(MARK)) !== undefined;
    const found = isWhole ? await cache.match(request, { ignoreVary: true }) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
