// What time alone changes, on walls and consoles: clocks, ages, countdowns, and whether a tile is
// stale. Driven from instants in the page, so it goes on without any link:
//   <time class="ioc-clock" data-format="time|date">   local time, in data-timezone
//   <span class="ioc-age" data-at-ms="...">            how long ago
//   <span class="ioc-countdown" data-until-ms="...">   how long still
//   [data-as-of-ms][data-stale-after-ms]               gets `is-stale` when it is
// What lies in a [data-realm-clock] goes by that clock (realm.mjs).
// A page that knows a better clock than its own sets window.iocClock = {nowMs()}.

import { timeOf } from "./realm.mjs";

const TIMEZONE = "Asia/Ho_Chi_Minh";
const SECOND_MS = 1_000;
const STEPS = [
  // up to this many seconds, in this unit of so many seconds
  [60, "second", 10], // in tens: a number that changes each second only disturbs
  [2 * 3600, "minute", 60],
  [2 * 86400, "hour", 3600],
  [90 * 86400, "day", 86400],
  [Infinity, "month", 30 * 86400],
];
const SELECTOR = ".ioc-clock, .ioc-age, .ioc-countdown, [data-stale-after-ms]";
const formats = new Map();

export const nowMs = () => window.iocClock?.nowMs() ?? Date.now();

// How long ago, in one unit, as CLDR writes it: "bây giờ", "20 giây trước", "5 phút trước".
export function ageWords(ageMs, language) {
  if (Number.isNaN(ageMs)) return null;
  const ageS = Math.max(0, ageMs / SECOND_MS);
  const [, unit, unitS] = STEPS.find(([belowS]) => ageS < belowS);
  const count = Math.floor(ageS / unitS) * (unit === "second" ? unitS : 1);
  const words = format("RelativeTimeFormat", language, { numeric: "auto" }).format(-count, unit);
  return words.charAt(0).toLocaleLowerCase(language) + words.slice(1); // CLDR: "Hôm qua" beside "3 ngày trước"
}

// "04:59", "1:04:59"; never below zero.
export function countdownWords(leftMs) {
  if (Number.isNaN(leftMs)) return null;
  const leftS = Math.max(0, Math.ceil(leftMs / SECOND_MS));
  const two = (count) => String(count).padStart(2, "0");
  const hours = Math.floor(leftS / 3600);
  const rest = `${two(Math.floor(leftS / 60) % 60)}:${two(leftS % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

export function clockWords(atMs, kind, language, timeZone = TIMEZONE) {
  if (kind === "date") return dateWords(atMs, language, timeZone);
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
  return format("DateTimeFormat", language, options).format(atMs);
}

// As `language/formats.py` writes a day: "Thứ Hai, 30/11/2026", "Monday, 30 Nov 2026".
function dateWords(atMs, language, timeZone) {
  const [digits, month, between] = language === "vi" ? ["2-digit", "2-digit", "/"] : ["numeric", "short", " "];
  const options = { weekday: "long", day: digits, month, year: "numeric", timeZone };
  const parts = format("DateTimeFormat", language === "vi" ? "vi" : "en", options).formatToParts(atMs);
  const of = (type) => parts.find((part) => part.type === type).value;
  const weekday = of("weekday");
  const day = [of("day"), of("month"), of("year")].join(between);
  return `${weekday.charAt(0).toLocaleUpperCase(language)}${weekday.slice(1)}, ${day}`;
}

export function isStale(atMs, asOfMs, staleAfterMs) {
  return Number.isFinite(asOfMs) && Number.isFinite(staleAfterMs) && atMs > asOfMs + staleAfterMs;
}

// Draw everything of `root` as it is at `atMs`; writes only what changed.
export function sweep(root = document, atMs = nowMs()) {
  const below = root.querySelectorAll(SELECTOR);
  for (const element of root.matches?.(SELECTOR) ? [root, ...below] : below) {
    try {
      draw(element, atMs);
    } catch (error) {
      reportError(error); // all others are drawn, now and at the next second
    }
  }
}

function draw(element, atMs) {
  const { classList, dataset } = element;
  const thereMs = timeOf(element, atMs);
  if (dataset.staleAfterMs !== undefined) markStale(element, thereMs);
  if (classList.contains("ioc-clock")) {
    write(element, clockWords(thereMs, dataset.format, languageOf(element), dataset.timezone));
  } else if (classList.contains("ioc-age")) {
    write(element, ageWords(thereMs - number(dataset.atMs), languageOf(element)));
  } else if (classList.contains("ioc-countdown")) {
    write(element, countdownWords(number(dataset.untilMs) - thereMs));
  }
}

// Draw what a page puts in before it is painted, not at the next second.
export function follow(root) {
  const observer = new MutationObserver((records) => {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
    for (const node of added) if (node.nodeType === Node.ELEMENT_NODE) sweep(node);
  });
  observer.observe(root, { childList: true, subtree: true });
}

// A slot of the player knows better than the tile in it how old that is: by the wire.
function markStale(element, atMs) {
  const slot = element.closest(".slot[data-stale-after-ms]");
  if (slot !== null && slot !== element) return;
  const { asOfMs, staleAfterMs } = element.dataset;
  const stale = isStale(atMs, number(asOfMs), number(staleAfterMs));
  const tile = slot === null ? element : element.firstElementChild;
  if (tile !== null && tile.classList.contains("is-stale") !== stale) {
    tile.classList.toggle("is-stale", stale);
  }
}

const number = (text) => (text === undefined || text === "" ? NaN : Number(text));

function write(element, words) {
  if (words !== null && element.textContent !== words) element.textContent = words;
}

function languageOf(element) {
  const language = element.closest("[lang]")?.lang || "vi";
  return language === "en" ? "en-GB" : language; // day before month, here too
}

function format(kind, language, options) {
  const key = `${kind} ${language} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl[kind](language, options));
  return formats.get(key);
}

// Once a second, on the second of the shared clock: the clocks of a wall change together.
function tick() {
  sweep();
  setTimeout(tick, SECOND_MS - (nowMs() % SECOND_MS) + 5);
}

// Dash loads this file by an address of its own, other modules import it by another: one ticks.
if (!window.iocAges) {
  window.iocAges = { sweep };
  tick();
}
