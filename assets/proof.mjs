// The picture a wall showed once: the whole canvas in this window, and a clock that stands still at
// that instant, so that ages, clocks and what was stale are as they were.

import { placement, windowSize } from "./canvas.mjs";
import { Frame } from "./frame.mjs";
import { whenPresent } from "./present.mjs";

const ROOT = "proof-glass";

function begin(root) {
  const { atMs, widthPx, heightPx, realm, exercise } = root.dataset;
  const canvas = root.querySelector(".player-canvas");
  const canvasPx = { width: Number(widthPx), height: Number(heightPx) };
  window.iocClock = { nowMs: () => Number(atMs) };
  window.iocAges?.sweep();
  Object.assign(canvas.style, { width: `${widthPx}px`, height: `${heightPx}px` });
  const frame = new Frame({
    root: root.querySelector(".player-frame"),
    clock: window.iocClock,
    say: () => exercise,
    isSmall: true,
  });
  if (realm !== "live") frame.put({ realm, exerciseId: realm.slice(realm.indexOf(":") + 1) });
  const place = () => {
    const { scale, xPx, yPx } = placement(windowSize(), { canvasPx });
    canvas.style.transform = `translate(${xPx}px, ${yPx}px) scale(${scale})`;
  };
  place();
  window.addEventListener("resize", place);
}

if (location.pathname === "/proof/glass") whenPresent(ROOT, begin);
