// A page of data that was asked for while what was known then was still being made is loaded anew
// when it is there; consoles hear of it tile by tile. Inert where no other world is asked for.
//   #realm-band [data-phase]  how it goes with what the page shows (layouts/pages/known.py)

const BAND = "#realm-band [data-phase]";
const MADE = "running";
const CHANGES = { subtree: true, childList: true, attributes: true, attributeFilter: ["data-phase"] };

let seen = null;

function look() {
  const phase = document.querySelector(BAND)?.dataset.phase;
  if (!phase) return;
  const before = seen;
  seen = phase;
  if (before !== null && before !== MADE && phase === MADE) location.reload();
}

const isAsked = () => location.pathname.startsWith("/data") && /[?&](realm|date)=/.test(location.search);

// Each phase is seen as it comes: one that is over at once, too.
if (typeof document !== "undefined" && isAsked()) {
  new MutationObserver(look).observe(document.documentElement, CHANGES);
}
