"""Schools that close: for flood on days of much rain, now and then for something else. A demo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from data_access.simulator.order import Order
from data_access.simulator.schools import listed
from data_access.simulator.sheets import Row, Sheet
from data_access.simulator.weather import rain_mm

DATASET, WRITTEN_AS = "education.closures", "sheet"
DAYS = 28  # whole weeks: a replay that loops keeps its weekdays
FLOODING_MM, FLOODED_SHARE = 40.0, 0.06  # rain of a day, and schools under water at 100 mm of it
OTHERS = {"Dịch bệnh": (0.15, 5), "Sửa chữa đột xuất": (0.4, 3), "Mất điện": (0.3, 1)}


def rows(order: Order) -> Iterator[Row]:
    """Yield the closures of the last DAYS days and of what is to come."""
    schools = listed(order)
    for day in order.days(DAYS, ahead=1):
        draw = order.draws(day.toordinal())
        wet = rain_mm(order.seed, day)
        flooded = 0 if wet < FLOODING_MM else draw.binomial(len(schools), FLOODED_SHARE * wet / 100)
        reasons = [("Ngập úng", 2)] * int(flooded)
        for reason, (a_day, days) in OTHERS.items():
            reasons += [(reason, days)] * int(draw.poisson(a_day))
        for number, (reason, days) in enumerate(reasons):
            school = schools[int(draw.integers(len(schools)))]
            begins = order.instant(day, 6 * 3600)
            if begins > order.horizon:
                continue
            yield {
                "id": f"DC-{day:%y%m%d}-{number}",
                "status": "open",
                "reported": begins,
                "starts": begins,
                "ends": order.instant(day + timedelta(days=days), 6 * 3600),
                "title": school.name,
                "category": reason,
                "school": school.id,
                "area": school.unit.code,
                "lat": school.lat,
                "lon": school.lon,
            }


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list of reports."""
    yield order.path(".csv"), Sheet(order.contract, order.city).write(rows(order))
