// A page of data that was asked for while what was known then was still being made is loaded anew
// when it is there; consoles hear of it tile by tile. Inert where no other world is asked for.
//   #realm-band [data-phase]  how it goes with what the page shows (layouts/pages/known.py)

const BAND = "#realm-band [data-phase]";
const MADE = "running";
const LOOK_MS = 500;

let seen = null;

function look() {
  const phase = document.querySelector(BAND)?.dataset.phase;
  if (!phase) return;
  if (seen !== null && seen !== MADE && phase === MADE) return location.reload();
  seen = phase;
}

const isAsked = () => location.pathname.startsWith("/data") && /[?&](realm|date)=/.test(location.search);

if (typeof document !== "undefined" && isAsked()) setInterval(look, LOOK_MS);
