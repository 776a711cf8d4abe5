"""Which run is held against which on the page of several runs: in the address, and as keys.

A pair is named by the letters of the page: "B-A", or "B-base". Pure but for the keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting
from layouts.pages.what_if_words import tell

LETTERS = "ABCD"
BASE = "base"
Pair = tuple[int, int | None]  # a run, and the one it is held against; None for its own base


def read_pair(given: object, count: int) -> Pair | None:
    """Return the pair an address names of so many runs; None where it names none."""
    one, _, other = str(given or "").partition("-")
    here = LETTERS[:count]
    if len(one) != 1 or one not in here or one == other:
        return None
    if other == BASE:
        return here.index(one), None
    return (here.index(one), here.index(other)) if len(other) == 1 and other in here else None


def pair_name(pair: Pair) -> str:
    """Return a pair as an address names it."""
    one, other = pair
    return f"{LETTERS[one]}-{BASE if other is None else LETTERS[other]}"


def mode_keys(
    pair: Pair | None, count: int, query: Mapping[str, str], setting: Setting
) -> list[Component]:
    """Return the keys that show the runs side by side, or one against another."""
    first: Pair = (count - 1, count - 2 if count > 1 else None)
    return [
        _key(None, tell("side_by_side", setting), query, is_on=pair is None),
        _key(pair or first, tell("difference", setting), query, is_on=pair is not None),
    ]


def pair_keys(
    pair: Pair, count: int, query: Mapping[str, str], setting: Setting
) -> list[Component]:
    """Return the keys that say which run is held against which, or against its base."""
    one, other = pair
    keys: list[Component] = [
        # Of a run that is held against itself the other one is taken: both change places.
        _key(
            (index, one if index == other else other),
            LETTERS[index],
            query,
            is_on=index == one,
            label=tell("pair_one", setting, run=LETTERS[index]),
        )
        for index in range(count)
    ]
    keys.append(html.Span(tell("held_against", setting), className="quiet"))
    keys.append(_key((one, None), tell("base", setting), query, is_on=other is None))
    keys += [
        _key(
            (one, index),
            LETTERS[index],
            query,
            is_on=index == other,
            label=tell("pair_other", setting, run=LETTERS[index]),
        )
        for index in range(count)
        if index != one
    ]
    return keys


def _key(
    pair: Pair | None, words: str, query: Mapping[str, str], *, is_on: bool, label: str = ""
) -> Component:
    asked = {name: value for name, value in query.items() if name != "pair"}
    if pair is not None:
        asked["pair"] = pair_name(pair)
    return html.A(
        words,
        href=f"/what-if?{urlencode(asked)}",
        className="key choice" + (" is-chosen" if is_on else ""),
        **attrs(aria_current="true" if is_on else None, aria_label=label or None),
    )
