// Laying by all code of this page's release, so that the service worker can start the player with no
// web server. A release is kept whole or not at all; the one before goes when the new one is whole.

const KEPT = "ioc-player-";
const PASSING = "ioc-passing";
const MARK = "/assets/worker.mjs?whole";
const ROUTER = "/_dash-update-component";
const WORKER = "/wall/worker.mjs";
const FILES = /^\/(assets|vendor|geometry|_dash-component-suites|_dash-layout|_dash-dependencies)/;
const REHEARSED_WITHIN_MS = 30_000;

// Keep `release`; resolves to whether it is kept. Without a secure context there is no worker.
export async function keepCode(release) {
  if (!release || !navigator.serviceWorker || !window.isSecureContext) return false;
  await navigator.serviceWorker.register(WORKER, { scope: "/wall/", type: "module" });
  await navigator.serviceWorker.ready;
  const name = `${KEPT}${release}`;
  const cache = await caches.open(name);
  const page = location.pathname;
  const routed = `${ROUTER}?page=${encodeURIComponent(page)}`;
  if ((await cache.match(MARK)) && (await cache.match(routed))) return true;
  const passing = await caches.open(PASSING);
  if ((await passing.match(routed)) === undefined) await rehearse(page);
  const answer = await passing.match(routed);
  if (answer === undefined) return false;
  await cache.put(routed, answer);
  await cache.addAll(used());
  await cache.put(page, await fetch(page));
  await cache.put(MARK, new Response(release));
  const others = (await caches.keys()).filter((each) => each.startsWith(KEPT) && each !== name);
  await Promise.all([PASSING, ...others].map((each) => caches.delete(each)));
  return true;
}

// Everything of ours that this page has loaded, each address once.
function used() {
  const addresses = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  const ours = addresses.filter(
    ({ origin, pathname }) => origin === location.origin && FILES.test(pathname),
  );
  return [...new Set(ours.map(({ pathname, search }) => pathname + search))];
}

// The first page of all was there before the worker, which has not heard the router's answer: a
// second one, unseen and without a player, lets it hear. `player.mjs` begins nothing in it.
async function rehearse(page) {
  const frame = document.createElement("iframe");
  frame.dataset.rehearsal = "";
  frame.hidden = true;
  frame.src = page;
  document.body.append(frame);
  const untilMs = performance.now() + REHEARSED_WITHIN_MS;
  while (performance.now() < untilMs && !frame.contentDocument?.getElementById("player")) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  frame.remove();
}

export const isRehearsal = () => window.frameElement?.dataset.rehearsal !== undefined;
