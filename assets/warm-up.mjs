// Mounting a graph and a map once before the link opens: their code comes when first mounted, and
// after that mounting takes milliseconds. A switch must not wait for it.

import { painted } from "./paint.mjs";
import { dash } from "./slots.mjs";

const LONGEST_MS = 8_000;
const PARTS = [{ type: "Graph" }, { type: "MapContainer", namespace: "dash_leaflet" }];

// Mount the parts where the page of `root` has a place for them, and take them out again; what went
// wrong or did not come in time is reported, and holds nothing up.
export async function warmUp(root, report) {
  const place = root.querySelector(".player-warm-up");
  const late = new Promise((resolve) => setTimeout(resolve, LONGEST_MS, ["warm-up is late"]));
  try {
    const warm = painted(place, PARTS.map((part) => ({ ...part, props: {} })));
    for (const comment of await Promise.race([warm, late])) report(comment);
    dash.setProps(place.id, { children: null });
  } catch (error) {
    report(`not warmed up: ${error}`);
  }
}
