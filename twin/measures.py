"""Which measures make sense for what can be picked on the map, and what each of them asks.

The page draws its sheet from this; `picked` turns what was chosen there into the measures of a
scenario, and `described` says them in words. Whether a scenario stands is its own model's to say
(twin/traffic/scenario.py, twin/drainage/scenario.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from data_access.envelope import Text
from language import LANGUAGES, number, pick, text

Side = Literal["traffic", "drainage"]
Option = Mapping[str, Any]  # an entry of a twin's options(city)
EVERYWHERE = "all"  # the list whose one entry is the whole network, and the id of that


@dataclass(frozen=True, slots=True)
class Slider:
    """A number to choose: on screen in `unit`; the scenario takes it times `factor`.

    `most` and `start` may name a field of what was picked: a station's own pumps. One that `is_off`
    at its most is then left out of the scenario.
    """

    name: str
    least: float
    most: float | str
    step: float
    start: float | str
    unit: str = ""
    factor: float = 1.0
    is_whole: bool = False
    is_off: bool = False

    def reach(self, option: Option) -> tuple[float, float, float]:
        """Return least, most and what it begins at, for what was picked."""
        most = _figure(self.most, option)
        start = min(most, max(self.least, _figure(self.start, option)))
        return self.least, most, start

    def meant(self, chosen: float) -> float | int:
        """Return what the scenario is told of a chosen figure."""
        told = round(chosen * self.factor, 4)
        return int(told) if self.is_whole else told


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, the first unless another is chosen.

    `told` is what a scenario takes of each, None where it need not be said.
    """

    name: str
    of: tuple[str, ...]
    told: tuple[Any, ...] = ()

    def meant(self, chosen: Any) -> Any:
        """Return what the scenario is told of a chosen word."""
        word = chosen if chosen in self.of else self.of[0]
        return self.told[self.of.index(word)] if self.told else word

    def word(self, told: Any) -> str | None:
        """Return the word of what a scenario says; None where it says nothing of it."""
        known = self.told or self.of
        return self.of[known.index(told)] if told in known else None


@dataclass(frozen=True, slots=True)
class Beside:
    """One of what lies beside a target, of a list of its own; the first unless another is chosen.

    What is chosen is kept with its name: {id, name}. Of a target without such a list nothing is.
    """

    name: str
    listed: str

    def chosen(self, given: Any, option: Option) -> Option | None:
        """Return the entry that is chosen, by its id or as it is kept."""
        wanted = given.get("id") if isinstance(given, Mapping) else given
        entries: Sequence[Option] = option.get(self.listed) or ()
        found = next((each for each in entries if each["id"] == wanted), None)
        return found or next(iter(entries), None)


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """A measure: what it is picked from, under which field, and what else it asks."""

    kind: str
    side: Side
    listed: str  # the list of options it is picked from
    field: str
    is_list: bool = False  # the field takes several: the same measure of more targets is one
    sliders: tuple[Slider, ...] = ()
    choices: tuple[Choice, ...] = ()
    beside: Beside | None = None
    least: int = 1  # targets
    is_everywhere: bool = False  # it may be asked of the whole network too


KINDS: tuple[MeasureKind, ...] = (
    MeasureKind(
        "close", "traffic", "links", "links", is_list=True,
        choices=(Choice("both", ("ways", "drawn"), (None, False)),),
    ),
    MeasureKind(
        "reduce", "traffic", "links", "links", is_list=True,
        sliders=(
            Slider("capacityShare", 5, 95, 5, 50, "%", 0.01),
            Slider("speedKmh", 5, 120, 5, 120, "km/h", is_off=True),
        ),
    ),
    MeasureKind(
        "oneWay", "traffic", "links", "links", is_list=True,
        choices=(Choice("direction", ("forward", "backward")),),
    ),
    MeasureKind("busLane", "traffic", "links", "links", is_list=True),
    MeasureKind(
        "signals", "traffic", "junctions", "junctions", is_list=True,
        sliders=(
            Slider("cycleS", 40, 180, 5, 90, "s", is_whole=True),
            Slider("greenShare", 20, 80, 5, 50, "%", 0.01),
        ),
        beside=Beside("fromLink", "arms"),
    ),
    MeasureKind(
        "greenWave", "traffic", "junctions", "corridor", is_list=True,
        sliders=(Slider("speedKmh", 20, 60, 5, 40, "km/h"),), least=2,
    ),
    MeasureKind("rain", "traffic", EVERYWHERE, "",
                sliders=(Slider("mmPerH", 5, 150, 5, 50, "mm/h"),)),
    MeasureKind(
        "demand", "traffic", "areas", "area",
        sliders=(Slider("factor", 50, 300, 10, 130, "%", 0.01),),
        choices=(Choice("purpose", ("both", "in", "out")),), is_everywhere=True,
    ),
    MeasureKind(
        "pumpsOff", "drainage", "stations", "station",
        sliders=(Slider("pumps", 1, "pumps", 1, "pumps", "pumps", is_whole=True),),
    ),
    MeasureKind(
        "pumpsEarly", "drainage", "stations", "station",
        sliders=(Slider("hours", 1, 24, 1, 6, "h"),),
    ),
    MeasureKind(
        "block", "drainage", "conduits", "conduit",
        sliders=(Slider("share", 10, 100, 10, 100, "%", 0.01),),
    ),
    MeasureKind(
        "drawdown", "drainage", "lakes", "lake",
        sliders=(Slider("m", 0.1, "mostDrawdownM", 0.1, 0.5, "m"),),
    ),
    MeasureKind(
        "gate", "drainage", "gates", "gate", sliders=(Slider("open", 0, 100, 10, 0, "%", 0.01),)
    ),
)  # fmt: skip
BY_KIND = {measure.kind: measure for measure in KINDS}


@dataclass(frozen=True, slots=True)
class Picked:
    """One measure on one target as it was chosen; `values` as on screen."""

    kind: str
    target: str
    name: Text
    values: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {
            "kind": self.kind,
            "target": self.target,
            "name": dict(self.name),
            "values": dict(self.values),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Picked:
        """Read it; raises KeyError for an unknown kind or a missing part."""
        BY_KIND[str(body["kind"])]
        return cls(str(body["kind"]), str(body["target"]), body["name"], body["values"])


def fitting(listed: str, option: Option) -> list[MeasureKind]:
    """Return the measures that make sense for an option of a list."""
    return [
        measure
        for measure in KINDS
        if (measure.listed == listed or (listed == EVERYWHERE and measure.is_everywhere))
        and not (measure.kind == "pumpsEarly" and not option.get("canPumpEarly"))
        and all(slider.reach(option)[1] >= slider.least for slider in measure.sliders)
    ]


def of_scenario(chosen: Sequence[Picked], side: Side) -> list[dict[str, Any]]:
    """Return the measures of one side's scenario: alike ones on several targets are one.

    Raises ValueError(kind) for one with too few targets.
    """
    made: list[dict[str, Any]] = []
    for each in chosen:
        kind = BY_KIND[each.kind]
        if kind.side != side:
            continue
        body = {"kind": kind.kind, **_values(kind, each.values)}
        if not kind.is_list:
            made.append({**body, kind.field: each.target} if kind.field else body)
            continue
        alike = next(
            (m for m in made if {**m, kind.field: None} == {**body, kind.field: None}), None
        )
        if alike is None:
            made.append({**body, kind.field: [each.target]})
        elif each.target not in alike[kind.field]:
            alike[kind.field].append(each.target)
    for body in made:
        kind = BY_KIND[body["kind"]]
        if kind.is_list and len(body[kind.field]) < kind.least:
            raise ValueError(kind.kind)
    return made


def described(chosen: Sequence[Picked]) -> Text:
    """Return what is asked in words, in both languages; empty words for nothing."""
    return {each: "; ".join(_words(one, each) for one in chosen) for each in LANGUAGES}


def _words(one: Picked, language: str) -> str:
    kind = BY_KIND[one.kind]
    what = text(f"what_if.measure.{kind.kind}", language)
    told = [
        number(float(one.values[slider.name]), slider.unit, language=language)
        for slider in kind.sliders
        if slider.name in one.values
        and not (slider.is_off and one.values[slider.name] == slider.most)
    ]
    told += [
        text(f"what_if.{choice.name}.{one.values[choice.name]}", language)
        for choice in kind.choices
        if one.values.get(choice.name) in choice.of[1:]
    ]
    if kind.beside is not None and isinstance(one.values.get(kind.beside.name), Mapping):
        beside = pick(one.values[kind.beside.name].get("name"), language)
        told.append(text(f"what_if.{kind.beside.name}.of", language, name=beside))
    name = pick(one.name, language)
    head = _called(what, name) if kind.field else what
    return f"{head} ({', '.join(told)})" if told else head


def _called(what: str, name: str) -> str:
    """Return what is done to what: a word that ends the one and begins the other is said once.

    Many streets are called by it: "Đóng đường" and "Đường Bạch Đằng".
    """
    last, (first, _, rest) = what.split(" ")[-1], name.partition(" ")
    same = rest and last.casefold() == first.casefold()
    return f"{what} {rest if same else name}".strip()


def _values(kind: MeasureKind, values: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        slider.name: slider.meant(float(values[slider.name]))
        for slider in kind.sliders
        if values.get(slider.name) is not None
        and not (slider.is_off and values[slider.name] == slider.most)
    }
    words = {choice.name: choice.meant(values.get(choice.name)) for choice in kind.choices}
    told |= {name: word for name, word in words.items() if word is not None}
    if kind.beside is not None and isinstance(values.get(kind.beside.name), Mapping):
        told[kind.beside.name] = str(values[kind.beside.name]["id"])
    return told


def _figure(given: float | str, option: Option) -> float:
    return float(option.get(given, 0)) if isinstance(given, str) else float(given)
