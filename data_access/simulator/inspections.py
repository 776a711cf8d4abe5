"""Food safety inspections as the health department's register exports them, a row a visit campaign.

A row is what one team did in one unit on one day: premises inspected, premises in breach.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

import numpy as np

from data_access.simulator.holidays import day_kind, tet_distance
from data_access.simulator.order import Order

FORMAT = "inspections-csv"
DAYS = 63  # whole weeks: a replay that loops keeps its weekdays
HEADINGS = ("Ngày", "Mã đơn vị", "Đơn vị", "Loại hình", "Số cơ sở kiểm tra", "Số cơ sở vi phạm")
PREMISES = ("Dịch vụ ăn uống", "Thức ăn đường phố", "Sản xuất thực phẩm", "Kinh doanh thực phẩm")
# Demo values: no public series by ward exists. Street food fails most, food makers least.
BREACH_SHARE = (0.13, 0.19, 0.09, 0.11)
VISITS_A_DAY = 0.35  # campaigns a unit and working day
PREMISES_A_VISIT = 6.0
CAMPAIGN = 1.8  # factor before Tết, in the action month (15/4 to 15/5) and before Mid-Autumn


def _is_campaign(day: date) -> bool:
    tet = tet_distance(day)
    before_tet = tet is not None and -35 <= tet < -3
    return before_tet or (4, 15) <= (day.month, day.day) <= (5, 15) or day.month == 9


def day_rows(order: Order, day: date) -> Iterator[list[str | int]]:
    """Yield the register's rows of `day`; none on a day off."""
    if day_kind(day) != "workday":
        return
    units = sorted(order.city.areas, key=lambda unit: unit.code)
    habits = order.draws().lognormal(0.0, 0.35, len(units))  # some units are worse than others
    draw = order.draws(day.toordinal())
    visited = draw.random(len(units)) < VISITS_A_DAY * (CAMPAIGN if _is_campaign(day) else 1.0)
    kinds = draw.integers(len(PREMISES), size=len(units))
    seen = 1 + draw.poisson(PREMISES_A_VISIT - 1, len(units))
    in_breach = draw.binomial(seen, np.minimum(np.array(BREACH_SHARE)[kinds] * habits, 0.9))
    for n in np.flatnonzero(visited):
        unit, kind = units[n], PREMISES[kinds[n]]
        name = [f"{day:%d/%m/%Y}", unit.code, unit.full_name, kind]
        yield [*name, int(seen[n]), int(in_breach[n])]


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one register of the last DAYS days; one row has more breaches than premises."""
    rows = [row for day in order.days(DAYS)[:-1] for row in day_rows(order, day)]
    if rows:
        wrong = int(np.flatnonzero([row[5] for row in rows])[0])
        rows[wrong][5] = int(rows[wrong][4]) + 20
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([HEADINGS, *rows])
    yield order.path(".csv"), text.getvalue().encode("utf-8-sig")
