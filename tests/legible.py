"""Reads every visible text of a page as a person would: high enough, whole, apart, off the bezels.

`texts()` measures in the browser: the *ink* of each line of each text node, HTML and SVG alike
(Leaflet labels and chart words included), from the face's own metrics. `problems()` judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

TOLERANCE_PX = 1.5  # rounding of glyph positions

_READ = r"""
([rootSelector, tileSelector]) => {
  const root = document.querySelector(rootSelector);
  const pen = document.createElement("canvas").getContext("2d");
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const seen = (element) => {
    for (let e = element; e && e !== root.parentElement; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") return false;
    }
    return true;
  };
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.replace(/\s+/g, " ").trim();
    const element = node.parentElement;
    if (text === "" || !element || ["STYLE", "SCRIPT", "TITLE"].includes(element.tagName.toUpperCase())) continue;
    if (!seen(element)) continue;
    const style = getComputedStyle(element);
    const fontPx = parseFloat(style.fontSize);
    pen.font = `${style.fontWeight} ${fontPx}px ${style.fontFamily}`;
    const metrics = pen.measureText(style.textTransform === "uppercase" ? text.toUpperCase() : text);
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((r) => r.width > 0.5 && r.height > 0.5);
    if (rects.length === 0) continue;
    const clips = [];
    for (let e = element; e && e !== root.parentElement; e = e.parentElement) {
      const overflow = getComputedStyle(e).overflow;
      if (overflow !== "visible" && !e.ownerSVGElement) {
        const r = e.getBoundingClientRect();
        clips.push([r.left, r.top, r.right, r.bottom, `${e.tagName.toLowerCase()}.${String(e.className.baseVal ?? e.className).split(" ")[0]}`]);
      }
    }
    const tile = element.closest(tileSelector);
    const box = tile?.getBoundingClientRect();
    const name = tile?.closest("[data-tile]")?.dataset.tile ?? tile?.className ?? "";
    for (const rect of rects) {
      const baseline = rect.top + (metrics.fontBoundingBoxAscent * rect.height) /
        (metrics.fontBoundingBoxAscent + metrics.fontBoundingBoxDescent);
      found.push({
        text, tile: name, font_px: fontPx, lines: rects.length,
        x0: rect.left, x1: rect.right,
        y0: baseline - metrics.actualBoundingBoxAscent, y1: baseline + metrics.actualBoundingBoxDescent,
        box: box ? [box.left, box.top, box.right, box.bottom] : null,
        clips,
      });
    }
  }
  const origin = root.getBoundingClientRect();
  for (const each of found) {
    each.x0 -= origin.left; each.x1 -= origin.left; each.y0 -= origin.top; each.y1 -= origin.top;
    const shift = (b) => [b[0] - origin.left, b[1] - origin.top, b[2] - origin.left, b[3] - origin.top, ...b.slice(4)];
    if (each.box) each.box = shift(each.box);
    each.clips = each.clips.map(shift);
  }
  return found;
}
"""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Ink:
    """One line of text: where its ink is, relative to the root, and what may cut it."""

    text: str
    tile: str
    font_px: float
    lines: int
    x0: float
    y0: float
    x1: float
    y1: float
    box: Sequence[float] | None
    clips: Sequence[Sequence[Any]]

    def meets(self, other: Ink) -> bool:
        """Tell whether the ink of both would touch."""
        air = TOLERANCE_PX
        return (
            self.x0 + air < other.x1
            and other.x0 + air < self.x1
            and self.y0 + air < other.y1
            and other.y0 + air < self.y1
        )

    def __str__(self) -> str:
        where = f"{self.x0:.0f},{self.y0:.0f} {self.x1:.0f},{self.y1:.0f}"
        return f"[{self.tile}] {self.text!r} ({where})"


def texts(page: Any, *, root: str = "#canvas", tile: str = ".tile") -> list[Ink]:
    """Read every visible line of text below `root` of a Playwright page."""
    return [Ink(**each) for each in page.evaluate(_READ, [root, tile])]


def problems(
    inks: Sequence[Ink],
    *,
    least_px: float,
    bezels: Iterable[tuple[float, float, float, float]] = (),
) -> list[str]:
    """Return one sentence for each text that is too small, cut, on another one or on a bezel.

    `least_px` is the font size of 16 minutes of arc; `bezels` are x, y, width, height.
    """
    found: list[str] = []
    dark = list(bezels)
    for ink in inks:
        if ink.font_px < least_px - 0.05:
            found.append(f"{ink} is {ink.font_px:.1f} px, under {least_px:.1f}")
        if ink.box is not None and not _inside(ink, ink.box):
            found.append(f"{ink} leaves its tile {_short(ink.box)}")
        for clip in ink.clips:
            if not _inside(ink, clip):
                found.append(f"{ink} is cut by {clip[4]} {_short(clip)}")
        for x, y, width, height in dark:
            if ink.x0 < x + width and ink.x1 > x and ink.y0 < y + height and ink.y1 > y:
                found.append(f"{ink} lies on the bezel at {x:.0f},{y:.0f}")
    found += [f"{one} meets {other}" for one, other in _meeting(inks)]
    return found


def _meeting(inks: Sequence[Ink]) -> Iterable[tuple[Ink, Ink]]:
    ordered = sorted(inks, key=lambda ink: ink.y0)
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other.y0 >= one.y1:
                break
            if one.meets(other):
                yield one, other


def _inside(ink: Ink, box: Sequence[Any]) -> bool:
    air = TOLERANCE_PX
    return bool(
        ink.x0 >= box[0] - air
        and ink.y0 >= box[1] - air
        and ink.x1 <= box[2] + air
        and ink.y1 <= box[3] + air
    )


def _short(box: Sequence[Any]) -> str:
    return ",".join(f"{edge:.0f}" for edge in box[:4])
