"""What is being asked on the page of what-ifs, before it is: a draft, and what a press changes.

Pure; it travels in the browser, so whatever comes back is read with care. What a scenario may say
is the twins' own (twin/measures.py and their scenario models).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from twin.measures import BY_KIND, EVERYWHERE, MeasureKind, Option, Picked, fitting, of_scenario

TRAFFIC_LISTS = ("links", "junctions", "areas")
DRAINAGE_LISTS = ("stations", "conduits", "lakes", "gates")
LISTS = {
    "traffic": TRAFFIC_LISTS,
    "drainage": DRAINAGE_LISTS,
    "coupled": (*DRAINAGE_LISTS, *TRAFFIC_LISTS),
}
PEAKS = ("morning", "evening")
HORIZONS_MIN = (30, 60)
HOURS = (3, 6, 12)
SEEDS = (2, 5)  # of chance: two answer sooner, five more surely
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
    storm: str | None = None
    hours: int = 6
    peak: str = "morning"
    horizon_min: int = 60
    seeds: int = 5
    is_set: bool = False  # whether its conditions are being set

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
            "storm": self.storm,
            "hours": self.hours,
            "peak": self.peak,
            "horizonMin": self.horizon_min,
            "seeds": self.seeds,
            "isSet": self.is_set,
        }


def new_draft(kind: str, options: Options) -> Draft:
    """Return a draft of nothing yet."""
    storms = options.get("storms", ())
    return Draft(kind, LISTS[kind][0], storm=str(storms[0]["id"]) if storms else None)


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
            _one_of(body["storm"], [storm["id"] for storm in options.get("storms", ())]),
            int(body["hours"]),
            _one_of(body["peak"], PEAKS) or PEAKS[0],
            int(body["horizonMin"]),
            int(body["seeds"]),
            body["isSet"] is True,
        )
    except (KeyError, TypeError, ValueError):
        return empty


def pressed(draft: Draft, do: str, about: str, values: Values, options: Options) -> Draft:
    """Return the draft after a press; `values` are the sliders as they stand."""
    draft = replace(draft, values={**draft.values, **values})
    match do:
        case "list" if about in LISTS[draft.kind]:
            return replace(draft, listed=about, target=None, measure=None, values={})
        case "pick":
            return _picked(draft, about, options)
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
        case "storm":
            return replace(draft, storm=about)
        case "hours" if about.isdigit() and int(about) in HOURS:
            return replace(draft, hours=int(about))
        case "peak" if about in PEAKS:
            return replace(draft, peak=about)
        case "seeds" if about.isdigit() and int(about) in SEEDS:
            return replace(draft, seeds=int(about))
        case "horizon" if about.isdigit() and int(about) in HORIZONS_MIN:
            return replace(draft, horizon_min=int(about))
    return draft


def option_of(draft: Draft, options: Options) -> Option | None:
    """Return what is picked, None where nothing is (any more)."""
    if draft.listed == EVERYWHERE:
        return {}
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
    name = option.get("name") or {"vi": draft.target, "en": draft.target}
    made = Picked(kind.kind, draft.target, name, values)
    others = [e for e in draft.chosen if (e.kind, e.target) != (made.kind, made.target)]
    chosen_all = (*others, made)[-MOST_CHOSEN:]
    whole = replace(draft, chosen=chosen_all)
    return replace(whole, target=None, measure=None, values={}) if close else whole


def scenario_of(draft: Draft) -> dict[str, Any]:
    """Return the scenario as its twin takes it; raises ValueError(kind) for too few targets."""
    traffic = {
        "base": {
            "peak": draft.peak,
            "horizonMin": draft.horizon_min,
            "seeds": list(range(1, draft.seeds + 1)),
        },
        "measures": of_scenario(draft.chosen, "traffic"),
    }
    drainage = {
        "storm": {"kind": "named", "id": draft.storm},
        "durationH": float(draft.hours),
        "measures": of_scenario(draft.chosen, "drainage"),
    }
    if draft.kind == "coupled":
        return {"drainage": drainage, "traffic": traffic}
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
