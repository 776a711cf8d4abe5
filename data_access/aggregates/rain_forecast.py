"""Rain as the weather service's newest issue forecasts it: by place, a day's sum and its course.

All is from the hour of the issue on, and says so: it is made when an issue comes, not every hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.parts import Points, column, line, number, series, table, words
from data_access.envelope import Line, Payload, Source, Table, Text
from data_access.rain_issue import DATASET, Issue, first_hour, newest_issues
from data_access.rollup import HOUR_US

DAY_H, SOON_H, FAR_H = 24, 6, 72
LINES = 4  # places that are drawn

DAY = text("Mưa dự báo 24 giờ", "Rain forecast, 24 hours")


def rain_forecast(view: View) -> Payload:
    """Return the newest issue: the wettest place, the sums by place and the course of each."""
    if not view.is_fed(DATASET):
        return {}
    now_us = view.track_us(DATASET)
    issues = newest_issues(view.snapshot, now_us)
    if not issues:
        return _run_out(view)
    issued_us = max(each.issued_us for each in issues)
    begin_us = first_hour(issues, issued_us)
    day = {each.place: _sum(each, begin_us, DAY_H) for each in issues}
    ranked = sorted(issues, key=lambda each: (-(day[each.place] or 0.0), each.place))
    first = ranked[0]
    source: Source = {"dataset": DATASET, "statuses": ["issued"]}
    scale = view.city.scales["rain_24h"]
    highest = day[first.place]
    band = scale.band(highest) if highest is not None else None
    soon = max((mm for each in issues if (mm := _sum(each, begin_us, SOON_H)) is not None),
               default=None)  # fmt: skip
    return {
        "numbers": {
            "day": number(
                DAY,
                highest,
                "mm",
                1,
                limit=view.city.limit(DATASET, "day"),
                better="down",
                note=_note(view, first.place, issued_us),
                period=_from(view, begin_us),
                band=band.id if band else "",
                scale="rain_24h",
                source=source,
            ),
            "soon": number(
                text("Mưa dự báo 6 giờ", "Rain forecast, 6 hours"),
                soon,
                "mm",
                1,
                limit=view.city.limit(DATASET, "soon"),
                better="down",
                note=text("nơi nhiều nhất", "the wettest place"),
                period=_from(view, begin_us),
                source=source,
            ),
        },
        "series": {
            "ahead": series(
                text("Mưa dự báo theo giờ", "Rain forecast by hour"),
                "mm",
                [_most(view, issues, begin_us), *_lines(view, ranked[:LINES], begin_us)],
                decimals=1,
                step="hour",
                source=source,
            )
        },
        "tables": {"places": _places(view, ranked, begin_us)},
    }


def _run_out(view: View) -> Payload:
    """Return that the last issue speaks of nothing to come; nothing where there never was one."""
    last = view.snapshot.lives(DATASET, limit=1)
    if not last:
        return {}
    said = _issued(view, last[0].reported_us)
    note = text(f"bản tin đã hết hạn, {said['vi']}", f"the issue has run out, {said['en']}")
    source: Source = {"dataset": DATASET, "statuses": ["issued"]}
    return {"numbers": {"day": number(DAY, None, "mm", 1, better="down", note=note, source=source)}}


def _sum(issue: Issue, begin_us: int, hours: int) -> float | None:
    """Return the rain of so many hours; None where the issue does not reach so far."""
    found = issue.hours(begin_us, hours)
    return round(sum(found), 1) if len(found) == hours else None


def _most(view: View, issues: list[Issue], begin_us: int) -> Line:
    """Return of each hour the rain where it is heaviest."""
    courses = [each.hours(begin_us, FAR_H) for each in issues]
    hours = [max(depths) for depths in zip_longest(*courses, fillvalue=0.0)]
    return line("most", text("nơi nhiều nhất", "wettest place"), _points(view, hours, begin_us))


def _lines(view: View, issues: list[Issue], begin_us: int) -> list[Line]:
    return [
        line(
            f"place{number}",
            text(each.place, each.place),
            _points(view, each.hours(begin_us, FAR_H), begin_us),
        )
        for number, each in enumerate(issues, start=1)
    ]


def _points(view: View, hours: Sequence[float], begin_us: int) -> Points:
    return [
        [view.glass_ms(DATASET, begin_us + hour * HOUR_US), round(mm, 2)]
        for hour, mm in enumerate(hours)
    ]


def _places(view: View, issues: list[Issue], begin_us: int) -> Table:
    rows = []
    for each in issues:
        heaviest = max(each.steps, key=lambda step: step.mm / (step.end_us - step.begin_us))
        rate = heaviest.mm * HOUR_US / (heaviest.end_us - heaviest.begin_us)
        rows.append(
            {
                "name": text(each.place, each.place),
                "day": _sum(each, begin_us, DAY_H),
                "far": round(sum(each.hours(begin_us, FAR_H)), 1),
                "rate": round(rate, 1),
                "at": view.glass_ms(DATASET, heaviest.begin_us) if heaviest.mm > 0 else None,
                "issued": view.glass_ms(DATASET, each.issued_us),
                "source": {"dataset": DATASET, "statuses": ["issued"]},
            }
        )
    columns = [
        words("name", text("Nơi", "Place")),
        column("day", text("24 giờ", "24 hours"), "mm", 1, scale="rain_24h"),
        column("far", text("Đến 72 giờ", "Up to 72 hours"), "mm", 1),
        column("rate", text("Mạnh nhất", "Heaviest"), "mm/h", 1),
        column("at", text("Lúc", "At"), kind="instant"),
        column("issued", text("Bản tin lúc", "Issued"), kind="instant"),
    ]
    return table(text("Mưa dự báo theo nơi", "Rain forecast by place"), columns, rows)


def _issued(view: View, issued_us: int) -> Text:
    at = view.local(view.timeline(DATASET).glass(issued_us))
    return text(f"phát lúc {at:%H:%M %d/%m}", f"issued {at:%H:%M %d/%m}")


def _from(view: View, begin_us: int) -> Text:
    at = view.local(view.timeline(DATASET).glass(begin_us))
    return text(f"từ {at:%H:%M %d/%m}", f"from {at:%H:%M %d/%m}")


def _note(view: View, place: str, issued_us: int) -> Text:
    said = _issued(view, issued_us)
    return text(f"{place}; {said['vi']}", f"{place}; {said['en']}")


AGGREGATES = (Aggregate(DATASET, (DATASET,), rain_forecast),)
