// Where a display's token comes from: its address (dropped from there at once and kept for this
// tab), or, on a signed-in person's view, the session.

import { IDENTITY_MS, Refused } from "./link.mjs";

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

// A view's own token, as long as it is good; else that of the person who sits here.
export async function tokenOfView(place, { token, isRefused }) {
  if (token !== null && !isRefused) return token;
  try {
    return await tokenOfSession(place);
  } catch (error) {
    if (token !== null && error instanceof Refused) return token;
    throw error;
  }
}

// The token of a person's view, new at each attempt. Throws Refused when they may not have one.
async function tokenOfSession({ wall, view }) {
  const query = new URLSearchParams({ wall, view });
  const signal = AbortSignal.timeout(IDENTITY_MS);
  const answer = await fetch(`/session/view-token?${query}`, { cache: "no-store", signal });
  if (answer.status === 401) throw new Refused("sign_in");
  if (answer.status === 403) throw new Refused("forbidden");
  if (!answer.ok) throw new Error(`view token: ${answer.status}`);
  return (await answer.json()).token;
}
