"""Public order, fires and accidents as everybody may hear of them: by unit and kind, and late.

Built of what the contracts release (data_access/release.py): no place, no name, no minute is read
here. What the police see is `security.points`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from data_access.aggregates.aggregate import NO_SOURCE, Aggregate, View, text
from data_access.aggregates.parts import (
    NO_THRESHOLD,
    UNIT,
    column,
    line,
    number,
    of_units,
    series,
    table,
    unit_title,
    words,
)
from data_access.contracts import CITY_AREA
from data_access.durations import duration_s
from data_access.envelope import Number, Payload, Series, Source, Text
from data_access.rollup import DAY_US
from data_access.store.snapshot import Life

ORDER = "security.order"
INCIDENTS, FIRES, ACCIDENTS = "security.incidents", "security.fires", "security.accidents"
DATASETS = (INCIDENTS, FIRES, ACCIDENTS)
COLUMNS = {INCIDENTS: "incidents", FIRES: "fires", ACCIDENTS: "accidents"}
NAMES = {
    INCIDENTS: text("Trật tự", "Order"),
    FIRES: text("Cháy, cứu nạn", "Fire, rescue"),
    ACCIDENTS: text("Tai nạn", "Accidents"),
}
USUAL_WEEKS = 4  # a unit's usual week is the mean of so many before this one
DAYS = 28
LOOK_BACK_WEEKS = 2 * USUAL_WEEKS + 1  # in which something is on record, where records reach back
UNKNOWN = text("Khác", "Other")
Hot = Mapping[str, tuple[int, float]]  # unit -> (this week, usual week)
Told = Mapping[str, list[Life]]  # of the datasets that are fed


def order(view: View) -> Payload:
    """Return the day's and the week's counts, by kind and unit, and which units stand out."""
    told = {name: _lives(view, name) for name in DATASETS if view.is_fed(name)}
    if not told:
        return {}
    week = {name: _since(view, lives, name, 7) for name, lives in told.items()}
    by_unit = {
        name: Counter(life.area for life in lives if life.area) for name, lives in week.items()
    }
    total: Counter[str] = sum(by_unit.values(), Counter())
    total.pop(CITY_AREA, None)
    hot = _hot(view, told, by_unit)
    first = next(iter(told))  # whose rows a figure of all leads to
    return {
        "numbers": _numbers(view, told, week, hot),
        "series": {"daily": _daily(view, told)},
        "tables": {
            "kinds": _kinds(view, told, week),
            "areas": _areas(view, by_unit, total, first),
            "hot": _hot_table(view, hot or {}, first),
        },
        "maps": {
            "areas": of_units(view, text("Vụ việc 7 ngày", "Incidents, 7 days"), total),
            "hot": of_units(
                view,
                text("Địa bàn nóng: vụ việc 7 ngày", "Hot spots: incidents, 7 days"),
                {code: week for code, (week, _) in (hot or {}).items()},
            ),
        },
    }


def _lives(view: View, dataset: str) -> list[Life]:
    """Return what is told of a dataset's records that happened: no drill, no earlier version."""
    since_us = view.track_us(dataset) - LOOK_BACK_WEEKS * 7 * DAY_US
    found = view.snapshot.lives(dataset, since_us=since_us, bodies=True)
    return [
        life
        for life in found
        if life.status not in ("replaced", "cancelled") and life.body.get("actual", True)
    ]


def _until_us(view: View, dataset: str) -> int:
    """Return up to when records are told of."""
    release = view.city.datasets[dataset].release
    delay_s = 0.0 if release is None else duration_s(release.delay)
    return view.track_us(dataset) - int(delay_s * 1_000_000)


def _since(
    view: View, lives: list[Life], dataset: str, days: float, before: float = 0
) -> list[Life]:
    """Return what began in `days` that ended `before` days ago."""
    end_us = _until_us(view, dataset) - int(before * DAY_US)
    return [life for life in lives if end_us - int(days * DAY_US) < life.opened_us <= end_us]


def _reaches(view: View, lives: list[Life], dataset: str, days: int) -> bool:
    """Tell whether records reach so many days back, or all of them but one.

    What was connected last week has no usual week: everything would be more than usual.
    """
    begin_us = _until_us(view, dataset) - (days - 1) * DAY_US
    return any(life.opened_us <= begin_us for life in lives)


def _numbers(view: View, told: Told, week: Told, hot: Hot | None) -> dict[str, Number]:
    made: dict[str, Number] = {}
    labels = {
        INCIDENTS: text("Vụ việc trật tự, 24 giờ", "Public order incidents, 24 h"),
        FIRES: text("Cháy và cứu nạn, 24 giờ", "Fires and rescues, 24 h"),
        ACCIDENTS: text("Tai nạn giao thông, 24 giờ", "Traffic accidents, 24 h"),
    }
    for name, label in labels.items():
        lives = told.get(name)
        usual = None
        if lives is not None and _reaches(view, lives, name, DAYS + 1):
            usual = len(_since(view, lives, name, DAYS, 1)) / DAYS
        made[COLUMNS[name]] = number(
            label,
            None if lives is None else len(_since(view, lives, name, 1)),
            "vụ",
            limit=view.city.limit(ORDER, COLUMNS[name]),
            better="down",
            previous=None if usual is None else round(usual, 1),
            previousLabel=text("ngày thường", "usual day"),
            note=_late(view, name) if name in told else NO_SOURCE,
            source={"dataset": name} if name in told else None,
        )
    accidents = week.get(ACCIDENTS)
    for name, label in (
        ("dead", text("Người chết do tai nạn, 7 ngày", "Killed in accidents, 7 days")),
        ("injured", text("Người bị thương, 7 ngày", "Injured in accidents, 7 days")),
    ):
        made[name] = number(
            label,
            _people(accidents, name),
            "người",
            limit=view.city.limit(ORDER, name),
            better="down",
            source=None if accidents is None else {"dataset": ACCIDENTS},
        )
    made["hot"] = number(
        text("Địa bàn nóng", "Hot spots"),
        None if hot is None else len(hot),
        "phường, xã",
        status="caution" if hot else "normal",
        better="down",
        note=_rule(view, is_known=hot is not None),
        source={"dataset": next(iter(told))},
    )
    return made


def _people(accidents: list[Life] | None, name: str) -> int | None:
    """Return how many people all accidents say; None where there are some and not one says."""
    if accidents is None:
        return None
    told = [int(n) for life in accidents if isinstance(n := life.body.get(name), int | float)]
    return sum(told) if told or not accidents else None


def _late(view: View, dataset: str) -> Text:
    """Return how late the figures are, in hours."""
    contract = view.city.datasets.get(dataset)
    release = None if contract is None else contract.release
    hours = 0.0 if release is None else duration_s(release.delay) / 3600
    return text(f"cung cấp chậm {hours:g} giờ", f"told {hours:g} h late")


def _rule(view: View, *, is_known: bool) -> Text:
    """Return when a unit counts as a hot spot, or why nobody can say."""
    least, more = _thresholds(view)
    if least is None or more is None:
        return NO_THRESHOLD
    if not is_known:
        return text(f"chưa đủ {USUAL_WEEKS} tuần để so", f"no {USUAL_WEEKS} weeks to compare with")
    times = f"{more:g}"
    return text(
        f"từ {least:g} vụ một tuần và {times.replace('.', ',')} lần tuần thường",
        f"{least:g} a week or more and {times} times a usual week",
    )


def _thresholds(view: View) -> tuple[float | None, float | None]:
    return view.city.limit(ORDER, "week").caution, view.city.limit(ORDER, "ratio").caution


def _hot(view: View, told: Told, by_unit: Mapping[str, Counter[str]]) -> Hot | None:
    """Return units with many more incidents than in their usual week; None where none is known."""
    least, more = _thresholds(view)
    known = {n: lives for n, lives in told.items() if _reaches(view, lives, n, 7 + DAYS)}
    if least is None or more is None or not known:
        return None
    before: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for name, lives in known.items():
        total.update(by_unit[name])
        earlier = _since(view, lives, name, 7 * USUAL_WEEKS, 7)
        before.update(life.area for life in earlier if life.area)
    found = {
        code: (count, before[code] / USUAL_WEEKS)
        for code, count in total.items()
        if code != CITY_AREA and count >= least and count >= more * before[code] / USUAL_WEEKS
    }
    return dict(sorted(found.items(), key=lambda pair: (-pair[1][0], pair[0])))


def _hot_table(view: View, hot: Hot, dataset: str) -> Any:
    rows = [
        {
            "name": unit_title(view, code),
            "area": code,
            "week": count,
            "usual": round(usual, 1),
            "source": {"dataset": dataset, "area": code},
        }
        for code, (count, usual) in hot.items()
    ]
    columns = [
        UNIT,
        column("week", text("7 ngày", "7 days"), "vụ"),
        column("usual", text("Tuần thường", "Usual week"), "vụ", 1),
    ]
    return table(text("Địa bàn nóng", "Hot spots"), columns, rows)


def _kinds(view: View, told: Told, week: Told) -> Any:
    rows: list[dict[str, Any]] = []
    for dataset, lives in told.items():
        names = view.city.datasets[dataset].categories
        now = Counter(life.category for life in week[dataset])
        before = Counter(life.category for life in _since(view, lives, dataset, 7, 7))
        for kind in sorted({*now, *before}):
            source: Source = {"dataset": dataset, "categories": [kind]}
            row = {"name": names.get(kind, UNKNOWN), "group": NAMES[dataset], "source": source}
            rows.append({**row, "week": now[kind], "before": before[kind]})
    rows.sort(key=lambda row: (-row["week"], row["name"]["vi"]))
    columns = [
        words("name", text("Loại", "Kind")),
        words("group", text("Nhóm", "Group")),
        column("week", text("7 ngày", "7 days"), "vụ"),
        column("before", text("7 ngày trước", "7 days before"), "vụ"),
    ]
    return table(text("Theo loại, 7 ngày", "By kind, 7 days"), columns, rows)


def _areas(
    view: View, by_unit: Mapping[str, Counter[str]], total: Mapping[str, int], dataset: str
) -> Any:
    ranked = sorted(total, key=lambda code: (-total[code], code))
    rows = [
        {
            "name": unit_title(view, code),
            "area": code,
            "total": total[code],
            **{
                COLUMNS[name]: by_unit[name][code] if name in by_unit else None for name in DATASETS
            },
            "source": {"dataset": dataset, "area": code},
        }
        for code in ranked
    ]
    columns = [
        UNIT,
        column("total", text("Tổng", "Total"), "vụ"),
        *(column(COLUMNS[name], NAMES[name]) for name in DATASETS),
    ]
    return table(text("Vụ việc theo địa bàn, 7 ngày", "By unit, 7 days"), columns, rows)


def _daily(view: View, told: Told) -> Series:
    """Return the days that are over and told of whole, as the city counts days."""

    def day_of(at_us: int) -> int:
        return view.local(at_us).date().toordinal()

    def midnight(dataset: str) -> Callable[[int], int]:
        until = view.local(_until_us(view, dataset))
        start = until.replace(hour=0, minute=0, second=0, microsecond=0)
        today, start_us = until.date().toordinal(), int(start.timestamp() * 1_000_000)
        return lambda day: start_us - (today - day) * DAY_US

    lines = []
    for dataset, lives in told.items():
        at = midnight(dataset)
        last = day_of(_until_us(view, dataset)) - 1
        counts = Counter(day_of(life.opened_us) for life in lives)
        points: list[list[float | None]] = [
            [view.glass_ms(dataset, at(day)), counts[day]]
            for day in range(last - DAYS + 1, last + 1)
        ]
        lines.append(line(COLUMNS[dataset], NAMES[dataset], points))
    return series(
        text("Vụ việc theo ngày", "Incidents by day"),
        "vụ",
        lines,
        step="day",
        source={"dataset": next(iter(told))},
    )


AGGREGATES = (
    Aggregate(
        ORDER,
        DATASETS,
        order,
        label=text("Trật tự, cháy nổ, tai nạn", "Order, fires, accidents"),
        released=True,
        optional=DATASETS,
    ),
)
