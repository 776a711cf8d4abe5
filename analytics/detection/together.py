"""Several sources that tell of one place: a warning none of them would be alone.

A rule of city/detection.toml names *signs*: what another detector has found, records that were told
of, a measure over a window. Where enough of them hold at once, of the same unit or within
`reach_km`, it is one warning, which shows each sign with its window and threshold. A sign of no
place (calls of the hotline) bears out what is, and speaks for the whole city alone. Where more
signs hold than are needed it is one grade graver (Decision 18/2021/QĐ-TTg: hazards that coincide
raise the level by one). Pure; `signs.py` reads what holds, in microseconds of glass time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analytics.detection.finding import Finding, Line, both, listed, text, written
from analytics.detection.options import Duration, Limit, NotNegative, Positive, Watched
from analytics.detection.scene import km
from data_access.aggregates.items import ORDER
from data_access.contracts import CITY_AREA
from data_access.envelope import Status, Text
from data_access.promises import Named

GRAVER: Mapping[Status, Status] = {"caution": "warning", "warning": "critical"}
SHOWN = 3  # places named in a title
SIGNS = "dấu hiệu"  # the unit of its figure: how many hold
EVERYWHERE = text("toàn thành phố", "the whole city")


class _Sign(BaseModel):
    """`must`: without it there is no warning, whatever else holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Named
    must: bool = False


class _Held(_Sign):
    """`limit` is of a figure of the last `window`, which makes it slow enough by itself."""

    dataset: str
    window: Duration
    limit: Limit

    @model_validator(mode="after")
    def _limit_is_plain(self) -> _Held:
        limit = self.limit
        if limit.after_s or limit.clear_after_s or limit.clear is not None:
            raise ValueError("a sign has a window; expected a limit without after and clear")
        if limit.caution is None and limit.warning is None and limit.critical is None:
            raise ValueError("expected caution, warning or critical: from where on it counts")
        return self


class FoundSign(_Sign):
    """What another detector has found and still stands."""

    kind: Literal["found"]
    detector: str


class RecordSign(_Held):
    """How many records of a unit began within the window; of `categories`, any where none is.

    `at_least`: fields of a record that must have a number so high (how sure a camera is). `once`: a
    field by which records of one category are one (a camera that tells it again and again).
    """

    kind: Literal["records"]
    categories: tuple[str, ...] = ()
    once: str = Field("", max_length=64)
    at_least: Mapping[str, float] = Field(default_factory=dict)


class MeasureSign(_Held):
    """A measure of each entity over the window; of those without a place, of all together.

    `rise`: the newest value less the first. `times`: the sum, of the mean of the same window of the
    days before, unless it is less than `least`. `entities`: words of an entity's name, one of which
    it must have.
    """

    kind: Literal["measure"]
    indicator: str
    take: Literal["sum", "mean", "highest", "lowest", "rise", "times"]
    entities: tuple[str, ...] = ()
    least: NotNegative = 0.0


Sign = Annotated[FoundSign | RecordSign | MeasureSign, Field(discriminator="kind")]


class Together(Watched):
    """Options of `together`: so many signs, the first thing it follows first."""

    kind: Literal["together"]
    sign: Annotated[tuple[Sign, ...], Field(min_length=2, max_length=12)]
    least: Annotated[int, Field(ge=2)] = 2
    reach_km: Positive

    @model_validator(mode="after")
    def _is_possible(self) -> Together:
        if self.least > len(self.sign):
            raise ValueError(f"least is {self.least}, and there are {len(self.sign)} signs")
        return self


@dataclass(frozen=True, slots=True)
class Sight:
    """A sign that holds somewhere: at an entity, in a unit, or (without a place) in the city."""

    sign: int  # which of the rule's
    severity: Status
    weight: float  # how far past its threshold, to tell the strongest by
    began_us: int
    seen_us: int
    said: Text  # how much it is, in which window, against which threshold
    place: Text | None = None
    area: str | None = None
    spot: tuple[float, float] | None = None  # lat, lon

    @property
    def is_placed(self) -> bool:
        """Whether it is of a place."""
        return self.area is not None or self.spot is not None

    @property
    def subject(self) -> str:
        """What a warning is about, as far as this goes."""
        return self.area or (self.place or EVERYWHERE)["vi"] if self.is_placed else CITY_AREA


def find(options: Together, sights: Sequence[Sight]) -> list[Finding]:
    """Return the warnings that stand, the gravest first."""
    found = [_finding(options, group) for group in _groups(options, sights)]
    return sorted(found, key=lambda each: (ORDER[each.severity], each.subjects))


def _groups(options: Together, sights: Sequence[Sight]) -> list[list[Sight]]:
    """Return the sights of each warning.

    Those that stand only with what is of no place are one: nobody knows of which it speaks. It
    speaks of none of them where a place stands without it. One report alone is not borne out by it:
    of a whole city there always is such a one.
    """
    everywhere = [each for each in sights if not each.is_placed]
    groups, rest = [], list(everywhere)
    for group in _near(options, [each for each in sights if each.is_placed]):
        if _is_enough(options, group):
            groups.append([*group, *everywhere])
        else:
            rest += [each for each in group if not _is_lone(options, each)]
    if everywhere and not groups and _is_enough(options, rest):
        groups.append(rest)
    return groups


def _is_lone(options: Together, sight: Sight) -> bool:
    """Tell whether a sight is of one record alone."""
    sign = options.sign[sight.sign]
    return isinstance(sign, RecordSign) and sign.limit.caution == 1 and not sight.weight


def _is_enough(options: Together, group: Sequence[Sight]) -> bool:
    signs = {each.sign for each in group}
    must = {number for number, sign in enumerate(options.sign) if sign.must}
    return len(signs) >= options.least and must <= signs


def _near(options: Together, sights: Sequence[Sight]) -> list[list[Sight]]:
    """Return the placed sights gathered: of one unit, or of different signs within reach."""
    left, gathered = list(sights), []
    while left:
        group = front = [left.pop(0)]
        while front:
            near = [each for each in left if any(_meet(options, each, one) for one in front)]
            left = [each for each in left if each not in near]
            group, front = [*group, *near], near
        gathered.append(group)
    return gathered


def _meet(options: Together, one: Sight, other: Sight) -> bool:
    if one.area is not None and one.area == other.area:
        return True
    here, there = one.spot, other.spot
    if one.sign == other.sign or here is None or there is None:
        return False
    return km(*here, *there) <= options.reach_km


def _finding(options: Together, group: Sequence[Sight]) -> Finding:
    ranked = sorted(group, key=_strongest)
    placed = [each for each in ranked if each.is_placed]
    first = placed[0] if placed else ranked[0]
    signs = sorted({each.sign for each in group})
    severity = ranked[0].severity
    if len(signs) > options.least:
        severity = GRAVER.get(severity, severity)
    names = list(dict.fromkeys(_named(each) for each in placed)) or [_named(first)]
    vi, en = (listed([each[n] for each in names], SHOWN)[n] for n in (0, 1))
    return Finding(
        detector=options.id,
        sort="event",
        kind="together",
        subjects=tuple(dict.fromkeys(each.subject for each in (first, *ranked))),
        severity=severity,
        began_us=min(each.began_us for each in group),
        seen_us=max(each.seen_us for each in group),
        title=text(f"{options.name['vi']}: {vi}", f"{options.name['en']}: {en}"),
        evidence=(
            _summary(options, signs),
            *(_told(options, number, [s for s in ranked if s.sign == number]) for number in signs),
        ),
        area=first.area,
        place=first.place if first.is_placed else EVERYWHERE,
        spot=first.spot,
        line=Line(SIGNS, 0, ((max(each.seen_us for each in group), len(signs)),)),
    )


def _strongest(sight: Sight) -> tuple[int, float, int, str]:
    return ORDER[sight.severity], -sight.weight, sight.sign, sight.subject


def _named(sight: Sight) -> tuple[str, str]:
    said = (sight.place if sight.is_placed else None) or EVERYWHERE
    return said["vi"], said["en"]


def _summary(options: Together, signs: Sequence[int]) -> Text:
    return both(
        "{n} trên {of} dấu hiệu cùng lúc, cách nhau không quá {reach} km",
        "{n} of {of} signs at once, within {reach} km of each other",
        n=written(len(signs)),
        of=written(len(options.sign)),
        reach=written(options.reach_km, 0 if options.reach_km % 1 == 0 else 1),
    )


def _told(options: Together, number: int, sights: Sequence[Sight]) -> Text:
    """Return one sign's evidence: the strongest place, and how many more there are."""
    name, first, more = options.sign[number].name, sights[0], len(sights) - 1
    at = {"vi": "", "en": ""}
    if first.is_placed and first.place is not None:
        at = {language: f", {words}" for language, words in first.place.items()}
    others = text(f" và {more} nơi khác", f" and {more} more") if more else text("", "")
    return {
        language: f"{name[language]}: {first.said[language]}{at[language]}{others[language]}"
        for language in ("vi", "en")
    }
