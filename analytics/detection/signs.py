"""Which signs of a rule hold, and where: from the store, and from what detectors have found.

Times come as track time of each sign's dataset and leave as glass time, so that what different
sources tell can be held together. What is old tells nothing of now: neither that it is so nor that
it is not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from analytics.detection.book import Alert
from analytics.detection.finding import Finding, both, text
from analytics.detection.options import us
from analytics.detection.reading import Watcher, lap_begin_us
from analytics.detection.together import FoundSign, MeasureSign, RecordSign, Sight, Together
from analytics.detection.track import DAY_US, MINUTE_US, Spot
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.envelope import Status, Text
from data_access.limits import GRADES, Limit
from data_access.spelling import ascii_key
from data_access.store.snapshot import Life
from language import number, period

MS = 1000
AHEAD_US = 5 * MINUTE_US  # by which the clock of what is told may be ahead of ours
DAYS_BEFORE = 7  # that `times` is of
UNTOLD = ("replaced", "cancelled")  # of records: it was not so
Row = tuple[int, float]  # track time, value
Suspected = Callable[[str, str], frozenset[str]]  # entities held to be faulty, by series


def sights(
    watcher: Watcher,
    options: Together,
    *,
    found: Mapping[str, Sequence[Sight]],
    suspected: Suspected,
) -> list[Sight]:
    """Return every sign of a rule that holds; `found` is what stands of other detectors."""
    seen: list[Sight] = []
    for at, sign in enumerate(options.sign):
        if isinstance(sign, FoundSign):
            seen += [_as(at, each) for each in found.get(sign.detector, ())]
        elif isinstance(sign, RecordSign):
            seen += _recorded(watcher, at, sign)
        else:
            seen += _measured(watcher, at, sign, suspected(sign.dataset, sign.indicator))
    return seen


def of_finding(finding: Finding, glass_ms: Callable[[int], float]) -> Sight:
    """Return what a detector has found just now, as a sign of something else."""
    return Sight(
        sign=0,
        severity=finding.severity,
        weight=0.0,
        began_us=round(glass_ms(finding.began_us) * MS),
        seen_us=round(glass_ms(finding.seen_us) * MS),
        said=finding.evidence[0] if finding.evidence else finding.title,
        place=finding.place,
        area=finding.area,
        spot=finding.spot,
    )


def of_alert(alert: Alert) -> Sight:
    """Return what a detector found before and still stands."""
    told = alert.told
    spot = told.get("spot")
    evidence = told.get("evidence") or [told.get("title") or text("", "")]
    return Sight(
        sign=0,
        severity=alert.severity,
        weight=0.0,
        began_us=round(alert.began_ms * MS),
        seen_us=round(alert.seen_ms * MS),
        said=evidence[0],
        place=told.get("place"),
        area=told.get("area"),
        spot=None if spot is None else (spot[0], spot[1]),
    )


def _as(sign: int, sight: Sight) -> Sight:
    """Return what another detector sees as a sight of this sign; of no place, it is the city's."""
    if sight.is_placed and sight.area != CITY_AREA:
        return replace(sight, sign=sign)
    said = sight.said if sight.place is None else _of(sight.said, sight.place)
    return replace(sight, sign=sign, said=said, place=None, area=None, spot=None)


def _of(said: Text, what: Text) -> Text:
    """Return a figure with what it is of, where that is no place."""
    return {language: f"{what[language]}, {said[language]}" for language in ("vi", "en")}


def _recorded(watcher: Watcher, at: int, sign: RecordSign) -> Iterator[Sight]:
    """Yield the units of which enough was told within the window."""
    line = watcher.timeline(sign.dataset)
    if line is None:
        return
    now_us = line.track(int(watcher.now_ms * MS))
    since_us = now_us - us(sign.window)
    units: dict[str, list[Life]] = defaultdict(list)
    for life in watcher.snapshot.lives(sign.dataset, since_us=since_us, bodies=True):
        is_new = since_us < life.opened_us <= now_us + AHEAD_US
        if is_new and life.area is not None and _is_of(sign, life):
            units[life.area].append(life)
    for code, lives in sorted(units.items()):
        count = float(_distinct(sign, lives))
        graded = _graded(sign.limit, count)
        unit = watcher.city.areas.get(code)
        if graded is None or unit is None:
            continue
        severity, threshold, weight = graded
        yield Sight(
            sign=at,
            severity=severity,
            weight=weight,
            began_us=line.glass(min(now_us, *(life.opened_us for life in lives))),
            seen_us=line.glass(min(now_us, max(life.opened_us for life in lives))),
            said=_said(sign, (count, threshold), unit="", decimals=0),
            place=unit.title,
            area=code,
            spot=(unit.lat, unit.lon),
        )


def _distinct(sign: RecordSign, lives: Sequence[Life]) -> int:
    """Return how many things records tell of: what one says again is one."""
    if not sign.once:
        return len(lives)
    return len({(each.category, str(each.body.get(sign.once) or each.base_id)) for each in lives})


def _is_of(sign: RecordSign, life: Life) -> bool:
    """Tell whether a record was so, is actual, and is what a sign is about."""
    if life.status in UNTOLD or not life.body.get("actual", True):
        return False
    if sign.categories and life.category not in sign.categories:
        return False
    told = ((life.body.get(name), least) for name, least in sign.at_least.items())
    return all(isinstance(each, int | float) and each >= least for each, least in told)


def _measured(
    watcher: Watcher, at: int, sign: MeasureSign, suspects: frozenset[str]
) -> Iterator[Sight]:
    """Yield the entities whose measure is off, and the city where those without a place are."""
    contract = watcher.city.datasets[sign.dataset]
    line, newest_us = watcher.timeline(sign.dataset), watcher.snapshot.newest_us(sign.dataset)
    if line is None or newest_us is None:
        return
    to_us = min(newest_us, line.track(int(watcher.now_ms * MS)))
    if watcher.now_ms - line.glass(to_us) / MS > contract.stale_after_ms:
        return
    window_us = us(sign.window)
    days = DAYS_BEFORE if sign.take == "times" else 0
    from_us = max(to_us - days * DAY_US - window_us, lap_begin_us(line, to_us) if days else 0)
    where, outside = _where(watcher, sign)
    gathered: dict[str, list[Row]] = defaultdict(list)
    for entity, own in _rows(watcher, contract, sign, from_us, suspects | outside).items():
        gathered[entity if entity in where else ""] += own
    for entity, own in sorted(gathered.items()):
        figure = _taken(sign, sorted(own), to_us, window_us)
        graded = None if figure is None else _graded(sign.limit, figure)
        if figure is None or graded is None:
            continue
        severity, threshold, weight = graded
        inside = [at_us for at_us, _ in own if to_us - window_us < at_us <= to_us]
        spot = where.get(entity)
        indicator = contract.indicators[sign.indicator]
        yield Sight(
            sign=at,
            severity=severity,
            weight=weight,
            began_us=line.glass(min(inside)),
            seen_us=line.glass(max(inside)),
            said=_said(sign, (figure, threshold), unit=indicator.unit, decimals=indicator.decimals),
            place=None if spot is None else text(spot.name, spot.name),
            area=None if spot is None else spot.area,
            spot=None if spot is None else spot.position,
        )


def _rows(
    watcher: Watcher,
    contract: DatasetContract,
    sign: MeasureSign,
    from_us: int,
    suspects: frozenset[str],
) -> dict[str, list[Row]]:
    """Return the rows of the entities a sign is of, without what cannot be."""
    indicator = contract.indicators[sign.indicator]
    low = float("-inf") if indicator.min is None else indicator.min
    high = float("inf") if indicator.max is None else indicator.max
    words = [ascii_key(each) for each in sign.entities]
    found = watcher.recent(sign.dataset, sign.indicator, from_us)
    return {
        entity: kept
        for entity, rows in found.items()
        if entity not in suspects
        and (not words or any(word in ascii_key(entity) for word in words))
        and (kept := [(at, one) for at, one in rows if low <= one <= high and at >= from_us])
    }


def _where(watcher: Watcher, sign: MeasureSign) -> tuple[dict[str, Spot], frozenset[str]]:
    """Return (where entities of the city are, which are outside it).

    As they are placed, else at the middle of the unit they are of.
    """
    units, placed, outside = watcher.unit_spots, {}, set()
    for name, spot in watcher.spots(sign.dataset).items():
        area = spot.area
        if area not in units and spot.lat is not None and spot.lon is not None:
            area = watcher.city.areas.at(spot.lat, spot.lon)
        if area in units:
            at = units[area] if spot.position is None else spot
            placed[name] = Spot(spot.name, at.lat, at.lon, area)
        elif spot.position is not None:
            outside.add(name)
    for each in watcher.snapshot.newest(sign.dataset, sign.indicator):
        if each.entity not in placed and each.area in units:
            placed[each.entity] = units[each.area]
    return placed, frozenset(outside)


def _taken(sign: MeasureSign, rows: Sequence[Row], to_us: int, window_us: int) -> float | None:
    """Return the measure of the window that ends at `to_us`; None where there is none."""

    def within(end_us: int) -> list[float]:
        return [value for at_us, value in rows if end_us - window_us < at_us <= end_us]

    here = within(to_us)
    if not here:
        return None
    if sign.take == "rise":
        return here[-1] - here[0] if here[1:] else None
    if sign.take == "times":
        before = [within(to_us - day * DAY_US) for day in range(1, DAYS_BEFORE + 1)]
        sums = [sum(each) for each in before if each]  # nothing told is no day without any
        usual = fmean(sums) if sums else 0.0
        return sum(here) / usual if usual > 0 and sum(here) >= sign.least else None
    return _TAKEN[sign.take](here)


def _graded(limit: Limit, figure: float) -> tuple[Status, float, float] | None:
    """Return (how bad, the threshold that is passed, how far past it); None of what is well."""
    grade = limit.grade(round(figure, 6))
    threshold: float | None = getattr(limit, grade) if grade in GRADES else None
    if threshold is None:
        return None
    far = abs(figure - threshold) / abs(threshold) if threshold else abs(figure)
    return grade, threshold, far


def _said(
    sign: RecordSign | MeasureSign, figures: tuple[float, float], *, unit: str, decimals: int
) -> Text:
    """Return a figure in its window, with its threshold."""
    if isinstance(sign, MeasureSign) and sign.take == "times":
        unit, decimals = "", 1
    figure, threshold = ({
        language: number(each, unit, decimals=decimals, language=language)
        for language in ("vi", "en")
    } for each in figures)  # fmt: skip
    window = {language: period(sign.window, language=language) for language in ("vi", "en")}
    how = _HOW[sign.take if isinstance(sign, MeasureSign) else "records"]
    return both(
        how["vi"] + " (ngưỡng {threshold})",
        how["en"] + " (threshold {threshold})",
        figure=(figure["vi"], figure["en"]),
        window=(window["vi"], window["en"]),
        threshold=(threshold["vi"], threshold["en"]),
    )


_TAKEN: Mapping[str, Callable[[Sequence[float]], float]] = {
    "sum": lambda here: sum(here),
    "mean": fmean,
    "highest": max,
    "lowest": min,
}
_HOW: Mapping[str, Text] = {
    "sum": text("{figure} trong {window}", "{figure} in {window}"),
    "mean": text("trung bình {figure} trong {window}", "{figure} on average in {window}"),
    "highest": text("cao nhất {figure} trong {window}", "up to {figure} in {window}"),
    "lowest": text("thấp nhất {figure} trong {window}", "down to {figure} in {window}"),
    "rise": text("tăng {figure} trong {window}", "up by {figure} in {window}"),
    "times": text(
        "gấp {figure} lần thường lệ trong {window}", "{figure} times the usual in {window}"
    ),
    "records": text("{figure} tin trong {window}", "{figure} in {window}"),
}


def newest_ms(watcher: Watcher, datasets: Sequence[str]) -> float | None:
    """Return when the newest that any of the datasets tells of is on glass; None of nothing."""
    told = [
        watcher.glass_ms(name, at_us)
        for name in datasets
        if (at_us := watcher.snapshot.newest_us(name)) is not None
    ]
    return max(told, default=None)
