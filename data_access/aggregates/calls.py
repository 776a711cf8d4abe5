"""The 1022 hotline: calls, waiting, who gave up, by branch and topic; and topics that jump up.

A topic jumps when the calls of an hour are many times those of the same hour in the days before
(limit feedback.calls.spike). Its alert leads to the citizens' requests of the same topic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.items import ranked_items
from data_access.aggregates.parts import Points, column, line, number, series, table, words
from data_access.envelope import Item, Payload, Series, Source, Table, Text
from data_access.hysteresis import standing
from data_access.rollup import HOUR, HOUR_US
from data_access.spelling import ascii_key

CALLS, REQUESTS = "feedback.calls", "feedback.requests"
STEP_US = HOUR_US // 2
DAY_US, DAY_H, WEEK_H = 24 * HOUR_US, 24, 168
BEFORE = 7  # days that are usual
LOOK_BACK = 12  # steps over which a jump is followed
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Jump:
    """A topic called about far more than usual."""

    topic: str
    began_us: int
    calls: int  # in the last hour
    ratio: float  # of what is usual


def calls(view: View) -> Payload:
    """Return the hotline's last hour and day."""
    newest_us = view.snapshot.newest_us(CALLS)
    if newest_us is None:
        return {}
    from_us = newest_us - BEFORE * DAY_US - (LOOK_BACK + 2) * STEP_US
    by_name = view.snapshot.recent(CALLS, "calls", from_us=from_us)
    day = _Day.of(view, newest_us, by_name)
    jumps = _jumps(view, newest_us, by_name)
    hour = sum(n for rows in by_name.values() for at, n in rows if at > newest_us - HOUR_US)
    source: Source = {"dataset": CALLS, "indicator": "calls"}
    return {
        "numbers": {
            "calls_1h": number(
                text("Cuộc gọi trong giờ", "Calls in the hour"),
                hour,
                "cuộc",
                note=text(
                    f"{round(day.calls)} cuộc trong 24 giờ", f"{round(day.calls)} in 24 hours"
                ),
                source=source,
            ),
            "wait": number(
                text("Thời gian chờ trung bình", "Mean wait"),
                day.wait_s,
                "giây",
                limit=view.city.limit(CALLS, "wait"),
                better="down",
                period=text("24 giờ", "24 hours"),
                source=source | {"indicator": "calls_wait_s"},
            ),
            "abandoned_share": number(
                text("Cuộc gọi bỏ dở", "Abandoned"),
                day.abandoned_share,
                "%",
                1,
                limit=view.city.limit(CALLS, "abandoned_share"),
                better="down",
                period=text("24 giờ", "24 hours"),
                source=source | {"indicator": "calls_abandoned"},
            ),
            "jumps": number(
                text("Chủ đề tăng đột biến", "Topics jumping up"),
                len(jumps),
                "chủ đề",
                better="down",
                status="caution" if jumps else "normal",
                source=source,
            ),
        },
        "series": {"flow": _flow(view, newest_us)},
        "tables": {"branches": day.branches(), "topics": day.topics(view)},
        "items": {"active": ranked_items([_item(view, jump) for jump in jumps])},
    }


def topic_of(view: View, name: str) -> str:
    """Return the category of citizens' requests that a topic's name stands for."""
    return _topics(view).get(ascii_key(name), OTHER)


def _topics(view: View) -> dict[str, str]:
    requests = view.city.datasets.get(REQUESTS)
    if requests is None:
        return {}
    return {ascii_key(n["vi"]): category for category, n in requests.categories.items()}


def _name(view: View, topic: str) -> Text:
    requests = view.city.datasets.get(REQUESTS)
    known = None if requests is None else requests.categories.get(topic)
    return known or text("Khác", "Other")


@dataclass(frozen=True, slots=True)
class _Day:
    """Sums of the last 24 hours by entity: branch/topic."""

    sums: Mapping[str, tuple[float, float, float]]  # calls, abandoned, seconds waited

    @classmethod
    def of(cls, view: View, newest_us: int, by_name: Mapping[str, Iterable[Any]]) -> _Day:
        since_us = newest_us - DAY_US + STEP_US
        told: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        for name, rows in by_name.items():
            told[name][0] = sum(n for at, n in rows if at >= since_us)
        for at, indicator in enumerate(("calls_abandoned", "calls_wait_s"), start=1):
            for name, rows in view.snapshot.recent(CALLS, indicator, from_us=since_us).items():
                told[name][at] = sum(n for _, n in rows)
        return cls({name: (own[0], own[1], own[2]) for name, own in told.items() if own[0]})

    @property
    def calls(self) -> float:
        return sum(own[0] for own in self.sums.values())

    @property
    def wait_s(self) -> float | None:
        return _each(sum(own[2] for own in self.sums.values()), self.calls, 0)

    @property
    def abandoned_share(self) -> float | None:
        return _each(100 * sum(own[1] for own in self.sums.values()), self.calls, 1)

    def branches(self) -> Table:
        """Return the branches by calls."""
        names = {name: text(*(2 * [_parts(name)[0]])) for name in self.sums}
        rows = self._rows({name: _parts(name)[0] for name in self.sums}, names)
        return table(
            text("Theo nhánh, 24 giờ", "By branch, 24 hours"),
            [words("name", text("Nhánh", "Branch")), *_columns()],
            rows,
        )

    def topics(self, view: View) -> Table:
        """Return the topics by calls."""
        keys = {name: topic_of(view, _parts(name)[1]) for name in self.sums}
        names = {name: _name(view, key) for name, key in keys.items()}
        return table(
            text("Theo lĩnh vực, 24 giờ", "By topic, 24 hours"),
            [words("name", text("Lĩnh vực", "Topic")), *_columns()],
            self._rows(keys, names),
        )

    def _rows(self, keys: Mapping[str, str], names: Mapping[str, Text]) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for name, (count, lost, waited) in self.sums.items():
            row = found.setdefault(
                keys[name],
                {"name": names[name], "key": keys[name], "calls": 0, "lost": 0, "waited": 0},
            )
            row["calls"] += round(count)
            row["lost"] += lost
            row["waited"] += waited
        made = [
            {
                "name": row["name"],
                "key": row["key"],
                "calls": row["calls"],
                "wait": _each(row["waited"], row["calls"], 0),
                "abandoned": _each(100 * row["lost"], row["calls"], 1),
                "source": {"dataset": CALLS, "indicator": "calls"},
            }
            for row in found.values()
        ]
        return sorted(made, key=lambda row: (-row["calls"], row["name"]["vi"]))


def _columns() -> list[Any]:
    return [
        column("calls", text("Cuộc gọi", "Calls")),
        column("wait", text("Chờ", "Wait"), "giây"),
        column("abandoned", text("Bỏ dở", "Abandoned"), "%", 1),
    ]


def _parts(entity: str) -> tuple[str, str]:
    branch, _, topic = entity.partition("/")
    return branch, topic


def _each(total: float, count: float, decimals: int) -> float | None:
    return round(total / count, decimals) if count else None


def _jumps(
    view: View, newest_us: int, by_name: Mapping[str, list[tuple[int, float]]]
) -> list[Jump]:
    """Return the topics that stand above the usual, the highest first."""
    limit = view.city.limit(CALLS, "spike")
    least = view.city.limit(CALLS, "spike_calls").caution or 0.0
    told: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for name, rows in by_name.items():
        topic = topic_of(view, _parts(name)[1])
        for at_us, count in rows:
            told[topic][at_us] += count
    days = [day for day in range(1, BEFORE + 1) if _is_known(told, newest_us - day * DAY_US)]
    found = []
    for topic, steps in told.items():
        ratios = []
        for step in range(LOOK_BACK - 1, -1, -1):
            at_us = newest_us - step * STEP_US
            now = _hour(steps, at_us)
            usual = [_hour(steps, at_us - day * DAY_US) for day in days]
            mean = max(sum(usual) / len(usual), 1.0) if usual else max(now, 1.0)
            ratios.append((at_us, now / mean if now >= least else min(now / mean, 1.0)))
        episode = standing(ratios, limit)
        if episode is not None:
            calls_now = round(_hour(steps, newest_us))
            found.append(Jump(topic, episode.began_us, calls_now, round(episode.last, 1)))
    return sorted(found, key=lambda jump: (-jump.ratio, jump.topic))


def _hour(steps: Mapping[int, float], at_us: int) -> float:
    """Return the calls of the hour that ends with the half hour of `at_us`."""
    return steps.get(at_us, 0.0) + steps.get(at_us - STEP_US, 0.0)


def _is_known(told: Mapping[str, Mapping[int, float]], at_us: int) -> bool:
    """Tell whether anything is known of the hour: a day not reported is not a day without calls."""
    return any(at_us in steps or at_us - STEP_US in steps for steps in told.values())


def _item(view: View, jump: Jump) -> Item:
    name = _name(view, jump.topic)
    waiting = sum(
        count
        for status, category, _, count in view.snapshot.counts(REQUESTS)
        if status == "open" and category == jump.topic
    )
    times = f"{jump.ratio:.1f}"
    return {
        "id": f"calls-{jump.topic}",
        "title": text(
            f"Cuộc gọi gấp {times.replace('.', ',')} lần thường lệ: {name['vi']}",
            f"Calls {times} times the usual: {name['en']}",
        ),
        "kind": text("Tổng đài 1022", "1022 hotline"),
        "severity": view.city.limit(CALLS, "spike").grade(jump.ratio),
        "atMs": view.glass_ms(CALLS, jump.began_us),
        "place": text(
            f"{waiting} phản ánh cùng lĩnh vực", f"{waiting} open requests of the same topic"
        ),
        "detail": text(f"{jump.calls} cuộc trong giờ", f"{jump.calls} calls in the hour"),
        "source": {"dataset": REQUESTS, "categories": [jump.topic], "statuses": ["open"]},
    }


def _flow(view: View, newest_us: int) -> Series:
    last = newest_us // HOUR_US
    cells = view.snapshot.cells(CALLS, "calls", HOUR, (last - WEEK_H - DAY_H, last))
    sums: dict[int, float] = defaultdict(float)
    for slot, total in zip(cells.slot.tolist(), cells.sum.tolist(), strict=True):
        sums[slot] += total

    def points(shift: int, until: int) -> Points:
        return [
            [view.glass_ms(CALLS, hour * HOUR_US), sums.get(hour - shift)]
            for hour in range(last - DAY_H, until)
        ]

    return series(
        text("Cuộc gọi theo giờ", "Calls by hour"),
        "cuộc",
        [
            line("today", text("hiện tại", "now"), points(0, last)),
            line("week_ago", text("tuần trước", "last week"), points(WEEK_H, last)),
        ],
        step="hour",
        source={"dataset": CALLS, "indicator": "calls"},
    )


AGGREGATES = (Aggregate(CALLS, (CALLS, REQUESTS), calls, rows_h=BEFORE * DAY_H + LOOK_BACK),)
