"""What a person at a page would complain of: cut words, small keys, pale letters, no air."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.legible import Ink, problems, texts

SCREENS = [(1920, 1080), (1280, 800)]
LANGUAGES = ("vi", "en")
TARGET_PX = 48
APART_PX = 8
LEAST_FONT_PX = 12.0
# These scroll on purpose: what is beyond their edge is reached with a finger.
READERS_ONLY = ("h1.visually-hidden", "label.visually-hidden")
SCROLLERS = (
    "ul.unit-rows",
    "ul.figures",
    "div.scroll",
    "section.console-side",
    "section.scroll",
    "nav.scroll",
    "div.ag-body-viewport",
    "dialog.passport",
    "form.scroll",
    "ul.scroll",
    "nav.held-owners",
)

_TARGETS = r"""
() => [...document.querySelectorAll("a[href], button, summary, [role=button], input, select")]
  .filter((e) => e.type !== "hidden" && e.checkVisibility({ visibilityProperty: true }))
  .map((e) => e.closest(".hold-switch") ?? e)
  .filter((e) => !e.classList.contains("skip"))
  .map((e) => {
    const r = e.getBoundingClientRect();
    const name = (e.getAttribute("aria-label") || e.textContent || e.id || e.className).trim();
    const scroller = e.closest(".unit-rows, .figures, .scroll, .console-side, .ag-body-viewport");
    const clip = scroller?.getBoundingClientRect();
    return {
      name: name.slice(0, 40), x: r.left, y: r.top, width: r.width, height: r.height,
      hidden: clip ? r.bottom > clip.bottom + 1 || r.top < clip.top - 1 : false,
    };
  })
"""

# A tile chooses its sizes before anything is drawn: no style sheet of a page may set others.
_MISSET = r"""
() => [...document.querySelectorAll(".tile [class*='type-']")].flatMap((e) => {
  const u = parseFloat(getComputedStyle(e.closest(".tile")).getPropertyValue("--u"));
  const wanted = (Number(/(?:^| )type-(\d+)/.exec(e.className)[1]) / 20) * u;
  const size = parseFloat(getComputedStyle(e).fontSize);
  return Math.abs(size - wanted) < 0.1 ? [] : [`${e.className} is ${size} px, not ${wanted}`];
})
"""

_AXE = """
async () => {
  const found = await axe.run(document, { iframes: false, resultTypes: ["violations"] });
  return found.violations.flatMap((v) => v.nodes.map((n) =>
    `${v.id} (${v.impact}): ${n.target.join(" ")} ${n.any.map((a) => a.message).join(" ")}`));
}
"""


def axe_source() -> str:
    """Return axe-core as its package carries it."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def complaints(page: Page, *, is_contrast_seen: bool = True) -> list[str]:
    """Return everything that is wrong with a page as it stands.

    Colours and names are the same on every screen: where they were seen already, axe-core, by far
    the slowest of the looks, need not look again.
    """
    found = cut_or_small(page) + misset(page) + hard_to_hit(page) + taller_than_window(page)
    return found if is_contrast_seen else found + unfit(page)


def cut_or_small(page: Page) -> list[str]:
    """Return texts that are cut, too small or on each other, and a page wider than its window."""
    inks = [ink for ink in texts(page, root=".shell") if not _unseen(ink)]
    found = problems(inks, least_px=LEAST_FONT_PX)
    width, inner = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if width > inner:
        found.append(f"the page is {width} px wide in a window of {inner}")
    return found


def misset(page: Page) -> list[str]:
    """Return texts of tiles that have another size than they were measured for."""
    found: list[str] = page.evaluate(_MISSET)
    return found


def taller_than_window(page: Page) -> list[str]:
    """Return a complaint about a page that must be scrolled."""
    height, inner = page.evaluate("[document.documentElement.scrollHeight, window.innerHeight]")
    return [f"the page is {height} px high in a window of {inner}"] if height > inner else []


def hard_to_hit(page: Page) -> list[str]:
    """Return targets under 48 px, and neighbours nearer than 8 px to each other."""
    targets: list[dict[str, Any]] = [each for each in page.evaluate(_TARGETS) if not each["hidden"]]
    small = [
        f"{each['name']!r} is {each['width']:.0f} x {each['height']:.0f} px"
        for each in targets
        if min(each["width"], each["height"]) < TARGET_PX - 0.5
    ]
    close = [
        f"{one['name']!r} and {other['name']!r} are {gap:.0f} px apart"
        for index, one in enumerate(targets)
        for other in targets[index + 1 :]
        if -1 < (gap := _gap(one, other)) < APART_PX - 0.5
    ]
    return small + close


def unfit(page: Page) -> list[str]:
    """Return what axe-core finds: contrast under 4.5:1, things without a name, and the like."""
    page.evaluate(axe_source())
    found: list[str] = page.evaluate(_AXE)
    return found


def _gap(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Return the distance of two rectangles that face each other, -9 where they do not."""
    dx = max(one["x"], other["x"]) - min(one["x"] + one["width"], other["x"] + other["width"])
    dy = max(one["y"], other["y"]) - min(one["y"] + one["height"], other["y"] + other["height"])
    if dx < 0 and dy < 0:
        return -9.0  # one lies on the other: a link over what it opens
    return float(max(dx, dy)) if min(dx, dy) < 0 else 99.0


def _unseen(ink: Ink) -> bool:
    """Tell whether a text is for readers only, or scrolled beyond its list's edge."""
    return any(
        clip[4] in READERS_ONLY
        or (clip[4] in SCROLLERS and (ink.y1 > clip[3] - 1 or ink.y0 < clip[1] + 1))
        for clip in ink.clips
    )


def speak(page: Page, language: str) -> None:
    key = page.locator(f".key-language[value={language}]")
    if key.get_attribute("aria-pressed") != "true":
        key.click()
        expect(key).to_have_attribute("aria-pressed", "true")


def settled(page: Page) -> None:
    """Wait for the face, the link's last word, and charts."""
    page.evaluate("document.fonts.ready")
    expect(page.locator(".live-state.is-lost")).to_be_visible()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.dash-graph')]"
        ".every((g) => g.querySelector('.main-svg'))"
    )


def look(page: Page) -> list[str]:
    """Look at a page in both languages; contrast once, on the larger screen."""
    found: list[str] = []
    for language in LANGUAGES:
        speak(page, language)
        settled(page)
        is_seen = language == "en" or width(page) < SCREENS[0][0]
        told = complaints(page, is_contrast_seen=is_seen)
        found += [f"{language}: {each}" for each in told]
    return found


def width(page: Page) -> int:
    assert page.viewport_size is not None
    return page.viewport_size["width"]
