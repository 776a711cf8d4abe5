"""What the style sheets of pages and walls promise whoever looks: calm, and nothing by hover."""

from __future__ import annotations

import re
from collections.abc import Iterator

from callbacks.files import ASSETS

CHANGING = re.compile(r"(?:^|[;{\s])animation:(?!\s*none)")
STILL = "@media (prefers-reduced-motion: reduce)"


def rules() -> Iterator[tuple[str, str, str]]:
    """Yield (the at-rule around it or "", selector, declarations) of every rule there is."""
    for path in sorted(ASSETS.glob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        around = ""
        for found in re.finditer(r"([^{}]+)\{([^{}]*)\}|([^{}]+)\{|\}", text):
            selector, body, opens = found.groups()
            if selector is None:
                around = opens.strip() if opens else ""
            else:
                yield around, selector.strip(), body


def test_every_rule_is_read() -> None:
    found = list(rules())
    assert len(found) > 800
    assert any(around.startswith("@media (max-width") for around, _, _ in found)


def test_the_green_of_the_gallery_says_prepared_and_nothing_else() -> None:
    """The normal state is grey: no green lamps."""
    green = [selector for _, selector, body in rules() if "var(--preview)" in body]
    assert green
    assert [each for each in green if "preview" not in each and "monitor-empty" not in each] == []


def test_what_moves_stands_still_for_who_asks_for_that() -> None:
    moving = {selector for _, selector, body in rules() if CHANGING.search(body)}
    still = {
        each.strip()
        for around, selector, body in rules()
        if around == STILL and "animation: none" in body
        for each in selector.split(",")
    }
    assert moving
    assert moving - still == set()


def test_nothing_needs_a_pointer_that_hovers() -> None:
    assert [selector for _, selector, _ in rules() if ":hover" in selector] == []
