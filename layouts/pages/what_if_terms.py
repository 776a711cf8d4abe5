"""Under which rain, river, hour and length a what-if is asked, and what a press changes of that.

Pure; it travels in the browser with the draft (layouts/pages/what_if_draft.py), so whatever comes
back is read with care.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from twin.drainage import drawing
from twin.drainage.drawing import Drawn
from twin.drainage.scenario import ALL

PEAKS = ("morning", "evening")
OTHER_HOUR = "hour"  # instead of a peak
DAY_KINDS = ("workday", "friday", "saturday", "sunday", "holiday")
HORIZONS_MIN = (30, 60)
HOURS = (3, 6, 12, 24, 48)
SEEDS = (2, 5)  # of chance: two answer sooner, five more surely
MEETINGS_MIN = (60, 120, 180, 360, 720)  # after the rain began, when traffic meets water
DRAWN, GAUGES, FORECAST = "drawn", "gauges", "forecast"  # storms that are in no list
RIVER, HOUR, TRIPS = "riverM", "hourOfDay", "tripsPct"  # names of sliders
LEAST_TRIPS_PCT, MOST_TRIPS_PCT = 1, 200
STEPS_MM = (-50, -10, 10, 50)  # by which the total of a drawn storm is changed
SAME_M = 0.005

Options = Mapping[str, Any]
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """The conditions of a question; None of the river is as the model has it."""

    storm: str | None = None
    drawn: Drawn | None = None
    top_mm_h: int = 0  # of the drawing; 0 is what holds it
    wards: tuple[str, ...] = ()  # on which what is drawn falls; none is on all of them
    back_h: int = 24
    hours: int = 6
    river_m: float | None = None
    at_min: int | None = None
    peak: str = PEAKS[0]
    hour: int = 12
    day_kind: str = DAY_KINDS[0]
    horizon_min: int = 60
    seeds: int = 5
    trips_pct: int = 100  # of those of the city's plan

    def to_json(self) -> dict[str, Any]:
        """Return what `read_terms` reads."""
        drawn = self.drawn
        return {
            "storm": self.storm,
            "drawn": None if drawn is None else {"hours": drawn.hours, "mm": list(drawn.mm)},
            "topMmH": self.top_mm_h,
            "wards": list(self.wards),
            "backH": self.back_h,
            "hours": self.hours,
            "riverM": self.river_m,
            "atMin": self.at_min,
            "peak": self.peak,
            "hour": self.hour,
            "dayKind": self.day_kind,
            "horizonMin": self.horizon_min,
            "seeds": self.seeds,
            "tripsPct": self.trips_pct,
        }

    def course(self, options: Options) -> Drawn | None:
        """Return the storm as it can be seen and drawn; None where only gauges know it."""
        if self.storm == DRAWN:
            return self.drawn
        listed = next((s for s in options.get("storms", ()) if s["id"] == self.storm), None)
        return None if listed is None else drawing.like(listed["course"], listed["stepMin"])


def new_terms(options: Options) -> Terms:
    """Return what is asked unless something else is chosen."""
    trips = int(options.get("tripsPct", 100))
    storms = options.get("storms", ())
    if storms:
        return Terms(storm=str(storms[0]["id"]), trips_pct=trips)
    if "river" in options:  # there is water, but no storm of a list
        return Terms(storm=DRAWN, drawn=drawing.start(), trips_pct=trips)
    return Terms(trips_pct=trips)


def read_terms(body: Any, options: Options) -> Terms:
    """Read terms that were in a browser; raises KeyError, TypeError, ValueError for none."""
    drawn = body["drawn"]
    found = None if drawn is None else drawing.read(drawn["mm"], drawn["hours"])
    storm = body["storm"] if body["storm"] in storms_of(options) else new_terms(options).storm
    if storm == DRAWN and found is None:
        found = drawing.start()
    return Terms(
        storm=storm,
        drawn=found,
        top_mm_h=_one_of(body["topMmH"], (0, *drawing.TOPS_MM_H)),
        wards=tuple(each for each in wards_of(options) if each in body["wards"]),
        back_h=_one_of(body["backH"], options.get("backsH") or (24,)),
        hours=_one_of(body["hours"], HOURS, 6),
        river_m=_river(body["riverM"], options),
        at_min=_one_of(body["atMin"], (None, *MEETINGS_MIN)),
        peak=_one_of(body["peak"], (*PEAKS, OTHER_HOUR)),
        hour=_one_of(body["hour"], range(24), 12),
        day_kind=_one_of(body["dayKind"], DAY_KINDS),
        horizon_min=_one_of(body["horizonMin"], HORIZONS_MIN, 60),
        seeds=_one_of(body["seeds"], SEEDS, 5),
        trips_pct=_one_of(body["tripsPct"], range(LEAST_TRIPS_PCT, MOST_TRIPS_PCT + 1), 100),
    )


def storms_of(options: Options) -> list[str]:
    """Return the ids of all storms that may be asked of a model."""
    if "river" not in options:  # no water in it
        return []
    listed = [str(storm["id"]) for storm in options.get("storms", ())]
    gauges = [GAUGES] if options.get("backsH") else []
    forecast = [FORECAST] if options.get("forecast") else []
    return [DRAWN, *forecast, *gauges, *listed]


def wards_of(options: Options) -> list[str]:
    """Return the wards rain may be drawn for; none of a model that knows no wards."""
    return [str(area["id"]) for area in options.get("areas", ())] if "river" in options else []


def settled(terms: Terms, values: Values, rain: Any, options: Options) -> Terms:
    """Return the terms with what sliders and the drawn rain say as they stand."""
    if RIVER in values:
        terms = replace(terms, river_m=_river(values[RIVER], options))
    if TRIPS in values:
        known = range(LEAST_TRIPS_PCT, MOST_TRIPS_PCT + 1)
        terms = replace(terms, trips_pct=_one_of(round(values[TRIPS]), known, terms.trips_pct))
    if HOUR in values:
        terms = replace(terms, hour=_one_of(round(values[HOUR]), range(24), terms.hour))
    if terms.storm == DRAWN and terms.drawn is not None:
        drawn = drawing.read(rain, terms.drawn.hours)
        terms = terms if drawn is None else replace(terms, drawn=drawn)
    return terms


def pressed_terms(terms: Terms, do: str, about: str, options: Options) -> Terms | None:
    """Return the terms after a press; None where the press is about none of them."""
    number = int(about) if about.lstrip("-").isdigit() and about.isascii() else None
    match do:
        case "storm" if about in storms_of(options):
            return _with_storm(terms, about, options)
        case "ward" if about == "":
            return replace(terms, wards=())
        case "ward" if about in wards_of(options):
            kept = {*terms.wards} ^ {about}
            return replace(terms, wards=tuple(w for w in wards_of(options) if w in kept))
        case "back" if number is not None and number in options.get("backsH", ()):
            return replace(terms, back_h=number)
        case "hours" if number in HOURS:
            return replace(terms, hours=number)
        case "river":
            return replace(terms, river_m=_river(about, options))
        case "meeting" if about == "" or number in MEETINGS_MIN:
            return replace(terms, at_min=number)
        case "peak" if about in (*PEAKS, OTHER_HOUR):
            return replace(terms, peak=about)
        case "day" if about in DAY_KINDS:
            return replace(terms, day_kind=about)
        case "seeds" if number in SEEDS:
            return replace(terms, seeds=number)
        case "horizon" if number in HORIZONS_MIN:
            return replace(terms, horizon_min=number)
        case "span" | "shape" | "total" | "top" if terms.drawn is not None:
            return _drawn(terms, terms.drawn, do, about, number)
    return None


def base_of(terms: Terms, options: Options) -> dict[str, Any]:
    """Return the hour, the trips and the network of a traffic scenario."""
    at = {"hour": terms.hour} if terms.peak == OTHER_HOUR else {"peak": terms.peak}
    day = {} if terms.day_kind == DAY_KINDS[0] else {"dayKind": terms.day_kind}
    seeds = list(range(1, terms.seeds + 1))
    trips = {} if terms.trips_pct == 100 else {"tripsScale": terms.trips_pct / 100}
    named = {key: options[key] for key in ("network", "networkHash") if key in options}
    return {**at, **day, **trips, **named, "horizonMin": terms.horizon_min, "seeds": seeds}


def water_of(terms: Terms, options: Options) -> dict[str, Any]:
    """Return storm, river, length and model of a drainage scenario.

    Of storms that others must resolve (gauges, a forecast) only the word stands there yet.
    """
    storm: dict[str, Any] = {"kind": "named", "id": terms.storm}
    if terms.storm == DRAWN and terms.drawn is not None:
        storm = {
            "kind": "hyetograph",
            "stepMin": terms.drawn.step_min,
            "mm": {ward: list(terms.drawn.mm) for ward in terms.wards or (ALL,)},
            "source": "drawn",
        }
    river = {} if terms.river_m is None else {"riverLevelM": terms.river_m}
    named = {}
    if "modelHash" in options:
        named = {"model": options["model"], "modelHash": options["modelHash"]}
    return {"storm": storm, **river, **named, "durationH": float(terms.hours)}


def _with_storm(terms: Terms, about: str, options: Options) -> Terms:
    """Return the terms of another storm; a hand begins with the one that was chosen before."""
    if about != DRAWN:
        return replace(terms, storm=about)
    if terms.storm == DRAWN:
        return terms
    drawn = terms.course(options) or terms.drawn or drawing.start()
    return replace(terms, storm=DRAWN, drawn=drawn, top_mm_h=drawing.top_mm_h(drawn))


def _drawn(terms: Terms, drawn: Drawn, do: str, about: str, number: int | None) -> Terms | None:
    if do == "top":
        return replace(terms, top_mm_h=number) if number in drawing.TOPS_MM_H else None
    if do == "span" and number is not None and number in drawing.SPANS:
        drawn = drawn.over(number)
    elif do == "shape" and about in drawing.PEAKS:
        drawn = drawing.shaped(about, drawn.total_mm or drawing.START_MM, drawn.hours)
    elif do == "total" and number in STEPS_MM:
        drawn = drawn.of_total(drawn.total_mm + number)
    else:
        return None
    wanted = terms.top_mm_h if do == "total" else 0
    return replace(terms, drawn=drawn, top_mm_h=drawing.top_mm_h(drawn, wanted))


def _river(given: Any, options: Options) -> float | None:
    """Return a level within what the model takes; None for its own, or for no level."""
    river = options.get("river") or {}
    try:
        level = round(float(given), 2)
    except (TypeError, ValueError):
        return None
    own = river.get("levelM")
    if own is None or not river["leastM"] <= level <= river["mostM"] or abs(level - own) < SAME_M:
        return None
    return level


def _one_of(given: Any, of: Any, otherwise: Any = None) -> Any:
    """Return what is given where it is one of these, else the other, else the first."""
    if not isinstance(given, bool) and given in of:
        return given
    return next(iter(of)) if otherwise is None else otherwise
