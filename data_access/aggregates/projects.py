"""Public-investment disbursement: city, investor, project; against the plan as of the same month.

Sums are of what the newest month's list has, so that the parts always make the whole; a project
with a figure missing is left out, and counted. Money is counted in triệu đồng as the list has it,
and said in tỷ đồng.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.items import both_languages
from data_access.aggregates.months import SAME_PERIOD, month_ms, month_of, month_text
from data_access.aggregates.parts import (
    NO_THRESHOLD,
    Points,
    column,
    line,
    number,
    of_units,
    series,
    table,
    words,
)
from data_access.envelope import Number, Payload, Series, Source, Table, Text
from data_access.rollup import DAY, MICRO
from data_access.spelling import ascii_key

PROJECTS = "economy.projects"
COLUMNS = ("year_plan", "planned", "disbursed")
PARTS_SHOWN = 8  # projects of an investor; the others are one row, so that sums stay whole
THOUSAND = 1000  # triệu đồng in a tỷ đồng
OTHERS = text("Các dự án khác", "Other projects")
NOBODY = text("Chưa rõ chủ đầu tư", "Investor not said")


@dataclass(frozen=True, slots=True)
class Money:
    """What was planned and paid out, triệu đồng."""

    year_plan: float = 0.0
    planned: float = 0.0
    disbursed: float = 0.0

    @classmethod
    def sum(cls, parts: Iterable[Money]) -> Money:
        """Return the sum of parts, exact to the đồng."""
        listed = list(parts)
        return cls(
            *(sum(round(getattr(part, n) * MICRO) for part in listed) / MICRO for n in COLUMNS)
        )

    @property
    def share(self) -> float | None:
        """Disbursed of the year's plan, per cent."""
        return _share(self.disbursed, self.year_plan)

    @property
    def behind(self) -> float | None:
        """Points by which it is behind the plan to date."""
        planned = _share(self.planned, self.year_plan)
        return None if planned is None or self.share is None else round(planned - self.share, 2)

    def cells(self) -> dict[str, Any]:
        """Return the cells of a row, tỷ đồng."""
        return {
            "year_plan": _billions(self.year_plan),
            "disbursed": _billions(self.disbursed),
            "share": self.share,
            "behind": self.behind,
        }


@dataclass(frozen=True, slots=True)
class Project:
    """A project in the newest month."""

    code: str
    title: Text
    investor: str
    fund: str
    area: str | None
    money: Money


def projects(view: View) -> Payload:
    """Return the newest month as a whole, by investor, project, fund and unit, and its year."""
    listed = _listed_by_month(view)
    month = max(listed, default=None)
    if month is None:
        return {}
    by_month = {each: Money.sum(found.whole.values()) for each, found in listed.items()}
    found = _projects(view, listed[month])
    late_from = view.city.limit(PROJECTS, "late").caution
    late = sorted(
        (p for p in found if late_from is not None and (p.money.behind or 0.0) >= late_from),
        key=lambda p: (p.money.disbursed - p.money.planned, p.code),
    )
    investors = _grouped(found, lambda project: project.investor)
    payload: Payload = {
        "numbers": _numbers(
            view, month, by_month, late=len(late), count=len(found), unknown=listed[month].unknown
        ),
        "series": {"curve": _curve(view, month, by_month)},
        "tables": {
            "investors": _groups(
                text("Theo chủ đầu tư", "By investor"),
                investors,
                text("Chủ đầu tư", "Investor"),
                drill=True,
            ),
            "funds": _groups(
                text("Theo nguồn vốn", "By fund"),
                _grouped(found, lambda project: project.fund),
                text("Nguồn vốn", "Fund"),
            ),
            "late": _rows(text("Dự án chậm", "Late projects"), late, whole=False),
        },
        "maps": {"areas": _map(view, found)},
    }
    for investor, own in investors.items():
        label = text(investor, investor) if investor else NOBODY
        payload["tables"][table_of(investor)] = {
            **_rows(label, own, whole=True),
            "source": {"dataset": PROJECTS, "categories": [investor]},
        }
    return payload


@dataclass(frozen=True, slots=True)
class Listed:
    """A month's list: the projects with all their figures, and how many lack one."""

    whole: dict[str, Money]
    unknown: int


def _listed_by_month(view: View) -> dict[int, Listed]:
    values: dict[int, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for name in COLUMNS:
        cells = view.snapshot.cells(PROJECTS, name, DAY)
        for code, slot, figure in zip(
            cells.name.tolist(), cells.slot.tolist(), cells.mean.tolist(), strict=True
        ):
            values[month_of(slot)][code][name] = figure
    found = {}
    for month, listed in values.items():
        whole = {c: Money(**each) for c, each in listed.items() if each.keys() == set(COLUMNS)}
        found[month] = Listed(whole, len(listed) - len(whole))
    return found


def table_of(investor: str) -> str:
    """Return the id of the table of an investor's projects."""
    return "of." + (re.sub(r"[^a-z0-9]+", "-", ascii_key(investor)).strip("-")[:60] or "nobody")


def _projects(view: View, listed: Listed) -> list[Project]:
    area_of = {each.entity: each.area for each in view.snapshot.newest(PROJECTS, "disbursed")}
    lives = {each.base_id: each for each in view.snapshot.lives(PROJECTS, bodies=True)}
    made = []
    for code in sorted(listed.whole):
        body = lives[code].body if code in lives else {}
        made.append(
            Project(
                code=code,
                title=both_languages(body.get("title") or code),
                investor=str(body.get("category") or ""),
                fund=str(body.get("fund") or ""),
                area=area_of.get(code),
                money=listed.whole[code],
            )
        )
    return made


def _numbers(
    view: View, month: int, by_month: Mapping[int, Money], *, count: int, late: int, unknown: int
) -> dict[str, Number]:
    whole, before = by_month[month], by_month.get(month - 12)
    period = month_text(month)
    source: Source = {"dataset": PROJECTS, "indicator": "disbursed"}
    is_told = view.city.limit(PROJECTS, "late").caution is not None
    missing = text(f"chưa kể {unknown} dự án thiếu số liệu", f"{unknown} without figures left out")
    return {
        "share": number(
            text("Giải ngân so với kế hoạch năm", "Disbursed of the year's plan"),
            whole.share,
            "%",
            1,
            status=view.city.limit(PROJECTS, "behind").grade(whole.behind),
            better="up",
            period=period,
            target=_share(whole.planned, whole.year_plan),
            targetLabel=text("theo kế hoạch đến tháng", "planned to the month"),
            previous=None if before is None else before.share,
            previousLabel=SAME_PERIOD,
            note=missing if unknown else None,
            source=source,
        ),
        "disbursed": number(
            text("Giải ngân lũy kế", "Disbursed to date"),
            _billions(whole.disbursed),
            "tỷ đồng",
            better="up",
            period=period,
            previous=None if before is None else _billions(before.disbursed),
            previousLabel=SAME_PERIOD,
            source=source,
        ),
        "year_plan": number(
            text("Kế hoạch năm", "Plan of the year"),
            _billions(whole.year_plan),
            "tỷ đồng",
            period=text(f"{month // 12}", f"{month // 12}"),
            source=source | {"indicator": "year_plan"},
        ),
        "late": number(
            text("Dự án chậm", "Late projects"),
            late if is_told else None,
            "dự án",
            better="down",
            period=period,
            status="caution" if late else "normal",
            note=text(f"trên {count} dự án", f"of {count} projects") if is_told else NO_THRESHOLD,
            source=source,
        ),
    }


def _curve(view: View, month: int, by_month: Mapping[int, Money]) -> Series:
    months = range(month // 12 * 12, month + 1)

    def points(name: str) -> Points:
        return [
            [
                month_ms(view, each),
                _billions(getattr(by_month[each], name)) if each in by_month else None,
            ]
            for each in months
        ]

    return series(
        text("Giải ngân lũy kế trong năm", "Disbursement through the year"),
        "tỷ đồng",
        [
            line("disbursed", text("giải ngân", "disbursed"), points("disbursed")),
            line("planned", text("kế hoạch", "planned"), points("planned")),
        ],
        step="month",
        source={"dataset": PROJECTS, "indicator": "disbursed"},
    )


def _grouped(found: Iterable[Project], by: Callable[[Project], str]) -> dict[str, list[Project]]:
    """Return projects by a word, the largest plan first."""
    groups: dict[str, list[Project]] = defaultdict(list)
    for each in found:
        groups[by(each)].append(each)
    plans = {name: sum(p.money.year_plan for p in own) for name, own in groups.items()}
    return {name: groups[name] for name in sorted(groups, key=lambda n: (-plans[n], n))}


def _groups(
    label: Text, groups: Mapping[str, list[Project]], heading: Text, *, drill: bool = False
) -> Table:
    rows = []
    for name, own in groups.items():
        row: dict[str, Any] = {"name": text(name, name) if name else NOBODY}
        row |= Money.sum(each.money for each in own).cells() | {"projects": len(own)}
        if drill:
            row["table"] = table_of(name)
            row["source"] = {"dataset": PROJECTS, "categories": [name]}
        rows.append(row)
    return table(label, [words("name", heading), *_money_columns()], rows)


def _rows(label: Text, found: list[Project], *, whole: bool) -> Table:
    """Return projects; of a `whole` those that are not shown are one row."""
    ranked = sorted(found, key=lambda p: (-p.money.year_plan, p.code)) if whole else found
    shown = ranked if len(ranked) <= PARTS_SHOWN else ranked[: PARTS_SHOWN - 1]
    rows: list[dict[str, Any]] = [
        {
            "name": each.title,
            **({} if whole else {"investor": each.investor}),
            **each.money.cells(),
            "source": {"dataset": PROJECTS, "entity": each.code},
        }
        for each in shown
    ]
    rest = ranked[len(shown) :]
    if rest and whole:
        sums = Money.sum(each.money for each in rest).cells()
        rows.append({"name": OTHERS, **sums})
    columns = [words("name", text("Dự án", "Project")), *_money_columns()]
    if not whole:
        columns.append(words("investor", text("Chủ đầu tư", "Investor")))
    return table(label, columns, rows, total=len(rows) if whole else len(found))


def _money_columns() -> list[Any]:
    return [
        column("year_plan", text("Kế hoạch", "Plan"), "tỷ đồng"),
        column("disbursed", text("Giải ngân", "Disbursed"), "tỷ đồng"),
        column("share", text("Tỷ lệ", "Share"), "%", 1),
        column("behind", text("Chậm", "Behind"), "pp", 1),
    ]


def _map(view: View, found: Iterable[Project]) -> Any:
    """Return the disbursed share of the projects of each unit."""
    by_area: dict[str, list[Money]] = defaultdict(list)
    for each in found:
        if each.area is not None:
            by_area[each.area].append(each.money)
    shares = {
        area: share
        for area, parts in by_area.items()
        if (share := Money.sum(parts).share) is not None
    }
    label = text("Tỷ lệ giải ngân theo địa bàn", "Disbursed share by unit")
    return of_units(view, label, shares, unit="%", decimals=1, scale="plan_share", lowest=True)


def _share(part: float, of: float) -> float | None:
    return round(part / of * 100, 2) if of else None


def _billions(millions: float) -> float:
    return round(millions / THOUSAND, 9)


AGGREGATES = (Aggregate(PROJECTS, (PROJECTS,), projects),)
