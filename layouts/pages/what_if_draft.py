"""What is being asked on the page of what-ifs, before it is: a draft, and what a press changes.

Pure; it travels in the browser, so whatever comes back is read with care. What a scenario may say
is the twins' own (twin/measures.py and their scenario models).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from layouts.pages.what_if_terms import (
    Terms,
    base_of,
    new_terms,
    pressed_terms,
    read_terms,
    settled,
    water_of,
)
from twin.measures import BY_KIND, EVERYWHERE, MeasureKind, Option, Picked, fitting, of_scenario

TRAFFIC_LISTS = ("links", "junctions", "areas", EVERYWHERE)
DRAINAGE_LISTS = ("stations", "conduits", "lakes", "gates")
LISTS = {
    "traffic": TRAFFIC_LISTS,
    "drainage": DRAINAGE_LISTS,
    "coupled": (*DRAINAGE_LISTS, *TRAFFIC_LISTS),
}
MOST_CHOSEN = 12

Options = Mapping[str, Any]  # of a twin; of the coupled one those of both
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A question in the making; `values` are those of the open measure, as on screen."""

    kind: str
    listed: str
    target: str | None = None
    measure: str | None = None
    values: Values = field(default_factory=dict)
    chosen: tuple[Picked, ...] = ()
    terms: Terms = field(default_factory=Terms)
    is_set: bool = False  # whether its conditions are being set
    model: str | None = None  # an imported model of water, and network of roads
    network: str | None = None

    @property
    def has_traffic(self) -> bool:
        """Whether the traffic twin is asked."""
        return self.kind in ("traffic", "coupled")

    @property
    def has_water(self) -> bool:
        """Whether the drainage twin is asked."""
        return self.kind in ("drainage", "coupled")

    def to_json(self) -> dict[str, Any]:
        """Return what `read_draft` reads."""
        return {
            "kind": self.kind,
            "listed": self.listed,
            "target": self.target,
            "measure": self.measure,
            "values": dict(self.values),
            "chosen": [each.to_json() for each in self.chosen],
            "terms": self.terms.to_json(),
            "model": self.model,
            "network": self.network,
            "isSet": self.is_set,
        }


def new_draft(kind: str, options: Options) -> Draft:
    """Return a draft of nothing yet."""
    lists = [each for each in LISTS[kind] if options.get(each)] or LISTS[kind]
    return Draft(
        kind,
        lists[0],
        terms=new_terms(options),
        model=options["model"] if "modelHash" in options else None,
        network=options.get("network"),
    )


def read_draft(body: Any, kind: str, options: Options) -> Draft:
    """Read a draft that was in the browser; an empty one where it is none."""
    empty = new_draft(kind, options)
    if not isinstance(body, Mapping) or body.get("kind") != kind:
        return empty
    try:
        return Draft(
            kind,
            _one_of(body["listed"], LISTS[kind]) or empty.listed,
            None if body["target"] is None else str(body["target"]),
            _one_of(body["measure"], BY_KIND),
            dict(body["values"]),
            tuple(Picked.from_json(each) for each in body["chosen"])[:MOST_CHOSEN],
            read_terms(body["terms"], options),
            body["isSet"] is True,
            empty.model,
            empty.network,
        )
    except (KeyError, TypeError, ValueError):
        return empty


def pressed(
    draft: Draft, do: str, about: str, values: Values, options: Options, *, rain: Any = None
) -> Draft:
    """Return the draft after a press; `values` are the sliders as they stand, `rain` is drawn."""
    if draft.is_set:
        draft = replace(draft, terms=settled(draft.terms, values, rain, options))
    else:
        draft = replace(draft, values={**draft.values, **values})
    terms = pressed_terms(draft.terms, do, about, options)
    if terms is not None:
        return replace(draft, terms=terms)
    match do:
        case "list" if about == EVERYWHERE and about in LISTS[draft.kind]:
            return _picked(draft, f"{about}/{about}", options)  # there is one of it
        case "list" if about in LISTS[draft.kind]:
            return replace(draft, listed=about, target=None, measure=None, values={})
        case "pick":
            return replace(_picked(draft, about, options), is_set=False)
        case "measure" if draft.target is not None:
            fits = {each.kind for each in measures_of(draft, options)}
            return replace(draft, measure=about, values={}) if about in fits else draft
        case "choice":
            name, _, chosen = about.partition("/")
            return replace(draft, values={**draft.values, name: chosen})
        case "add":
            return with_open(draft, options, close=True)
        case "back":
            return replace(draft, target=None, measure=None, values={})
        case "drop" if about.isdigit():
            kept = [each for index, each in enumerate(draft.chosen) if index != int(about)]
            return replace(draft, chosen=tuple(kept))
        case "conditions":
            return replace(draft, is_set=not draft.is_set)
    return draft


def option_of(draft: Draft, options: Options) -> Option | None:
    """Return what is picked, None where nothing is (any more)."""
    for option in options.get(draft.listed, ()):
        if option["id"] == draft.target:
            found: Option = option
            return found
    return None


def measures_of(draft: Draft, options: Options) -> list[MeasureKind]:
    """Return the measures that make sense for what is picked."""
    option = option_of(draft, options)
    return [] if option is None else fitting(draft.listed, option)


def with_open(draft: Draft, options: Options, *, close: bool = False) -> Draft:
    """Return the draft with the open measure among the chosen ones, its figures within reach."""
    option = option_of(draft, options)
    fits = {each.kind: each for each in measures_of(draft, options)}
    kind = fits.get(draft.measure or "")
    if option is None or kind is None or draft.target is None:
        return draft
    values: dict[str, Any] = {}
    for slider in kind.sliders:
        least, most, start = slider.reach(option)
        given = draft.values.get(slider.name)
        chosen = float(given) if isinstance(given, int | float) else start
        values[slider.name] = min(most, max(least, chosen))
    for choice in kind.choices:
        values[choice.name] = _one_of(draft.values.get(choice.name), choice.of) or choice.of[0]
    if kind.beside is not None:
        beside = kind.beside.chosen(draft.values.get(kind.beside.name), option)
        if beside is not None:
            values[kind.beside.name] = dict(beside)
    name = option.get("name") or {"vi": draft.target, "en": draft.target}
    made = Picked(kind.kind, draft.target, name, values)
    others = [e for e in draft.chosen if (e.kind, e.target) != (made.kind, made.target)]
    chosen_all = (*others, made)[-MOST_CHOSEN:]
    whole = replace(draft, chosen=chosen_all)
    return replace(whole, target=None, measure=None, values={}) if close else whole


def scenario_of(draft: Draft, options: Options) -> dict[str, Any]:
    """Return the scenario as its twin takes it; raises ValueError(kind) for too few targets."""
    traffic = {
        "base": base_of(draft.terms, options),
        "measures": of_scenario(draft.chosen, "traffic"),
    }
    drainage = {**water_of(draft.terms, options), "measures": of_scenario(draft.chosen, "drainage")}
    if draft.kind == "coupled":
        at_min = draft.terms.at_min
        meeting = {} if at_min is None else {"atMin": float(at_min)}
        return {"drainage": drainage, "traffic": traffic, **meeting}
    return traffic if draft.kind == "traffic" else drainage


def _picked(draft: Draft, about: str, options: Options) -> Draft:
    listed, _, target = about.partition("/")
    if listed not in LISTS[draft.kind]:
        return draft
    opened = replace(draft, listed=listed, target=target, measure=None, values={})
    fits = measures_of(opened, options)
    return replace(opened, measure=fits[0].kind) if fits else draft


def _one_of(given: Any, of: Any) -> str | None:
    return given if isinstance(given, str) and given in of else None
