// A run of a twin over time: on a wall the clock turns its pages, on a console a slider does.
//   [data-minutes="[0,15,…]"]      a map's ground: the minutes of its run at which it is known
//   .map-minute                    in it: which minute is shown, as h:mm
//   input[type=range]              in it, or in a [data-frames] around several grounds: the minute
// Pages are turned by the shared clock, so that all displays of a wall show the same one.

import { nowMs } from "./ages.mjs";

const PAGE_MS = 1_500;
const HELD = 3; // pages for which the last one stays
const LOOK_MS = 250;

export function minuteAt(minutes, atMs) {
  const page = Math.floor(atMs / PAGE_MS) % (minutes.length + HELD);
  return minutes[Math.min(page, minutes.length - 1)];
}

export function words(minute) {
  const whole = Math.round(minute);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function sliderOf(ground) {
  const own = ground.querySelector("input[type=range]");
  return own ?? ground.closest("[data-frames]")?.querySelector("input[type=range]") ?? null;
}

function turn(ground) {
  const minutes = JSON.parse(ground.dataset.minutes);
  const slider = sliderOf(ground);
  const asked = slider === null ? minuteAt(minutes, nowMs()) : Number(slider.value);
  const minute = minutes.findLast((each) => each <= asked) ?? minutes[0];
  write(ground, minute);
  if (slider !== null) write(slider.closest("[data-frames]"), asked, ":scope > .frames-bar ");
  window.iocMaps?.step(ground, minute);
}

function write(root, minute, where = "") {
  const label = root?.querySelector(`${where}.map-minute`);
  const said = words(minute);
  if (label && label.textContent !== said) label.textContent = said;
}

function look() {
  for (const ground of document.querySelectorAll("[data-minutes]")) turn(ground);
}

if (typeof document !== "undefined" && !window.iocFrames) {
  window.iocFrames = true;
  setInterval(look, LOOK_MS);
  document.addEventListener("input", ({ target }) => {
    if (target.matches?.("input[type=range]")) look();
  });
}
