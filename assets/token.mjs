// Where a display's token comes from: its address (dropped from there at once and kept for this
// tab), or, on a signed-in person's view, the session.

import { Refused } from "./link.mjs";

// Take `#token=` out of the address and return the token to use, null when there is none.
export function tokenOfAddress(place = window.location, storage = window.sessionStorage) {
  const key = `ioc-token:${place.pathname}`;
  const given = new URLSearchParams(place.hash.slice(1)).get("token");
  if (given) {
    storage.setItem(key, given);
    history.replaceState(history.state, "", place.pathname + place.search);
  }
  return given ?? storage.getItem(key);
}

// The token of a person's view, new at each attempt. Throws Refused when they may not have one.
export async function tokenOfSession({ wall, view }) {
  const query = new URLSearchParams({ wall, view });
  const answer = await fetch(`/session/view-token?${query}`, { cache: "no-store" });
  if (answer.status === 401) throw new Refused("sign_in");
  if (answer.status === 403) throw new Refused("forbidden");
  if (!answer.ok) throw new Error(`view token: ${answer.status}`);
  return (await answer.json()).token;
}
