// A world that is not live: what time it is there (PROTOCOL.md, "What is not live"). Pure; what a
// display draws around it is frame.mjs.

// A clock of the wire at an instant of the shared clock: {atMs, glassAtMs, speed, toAtMs}.
export function glassMs({ atMs, glassAtMs, speed, toAtMs }, nowMs) {
  const passedMs = Math.max(0, nowMs - atMs) * speed;
  return Math.min(glassAtMs + passedMs, Math.max(toAtMs, glassAtMs));
}

// The same for an element: by the clock of what it lies in, else it is now.
export function timeOf(element, nowMs) {
  const words = element.closest("[data-realm-clock]")?.dataset.realmClock;
  return words ? glassMs(JSON.parse(words), nowMs) : nowMs;
}

// Give an element the clock of a realm; null is live, and a realm that has just ended has none.
export function setClock({ dataset }, realm) {
  const clock = realm?.clock;
  if (clock) dataset.realmClock = JSON.stringify(clock);
  else delete dataset.realmClock;
}

// How it goes on there: stands, is over, or runs.
export function paceOf({ speed, glassAtMs, toAtMs, ...clock }, nowMs) {
  if (glassMs({ speed, glassAtMs, toAtMs, ...clock }, nowMs) >= toAtMs) return "over";
  return speed > 0 ? "running" : "standing";
}

// How long it runs still, in time of here; null when it does not.
export function leftMs(clock, nowMs) {
  if (paceOf(clock, nowMs) !== "running") return null;
  return (clock.toAtMs - glassMs(clock, nowMs)) / clock.speed;
}
