"""Signal plans as a control centre lists them: three a junction, told when one begins. A demo.

The plan of the day follows the clock: rush hours, the day between, the night. One junction's splits
do not make its cycle, as happens where plans are typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from data_access.simulator.cameras import junctions
from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.sheets import Row, Sheet

DATASET, WRITTEN_AS = "transport.signals", "sheet"
ON_ROADS = True
DAYS = 7
PLANS = {"Cao điểm": (1.3, 150), "Ban ngày": (1.0, 110), "Ban đêm": (0.8, 70)}  # factor, most s
CYCLE_S = (80, 121)
SHARES = ((0.42, 0.33, 0.25), (0.5, 0.5), (0.36, 0.28, 0.2, 0.16))
WORKDAY = ((6, "Cao điểm"), (9, "Ban ngày"), (16, "Cao điểm"), (20, "Ban ngày"), (23, "Ban đêm"))
OTHER_DAYS = ((7, "Ban ngày"), (23, "Ban đêm"))
WRONG = 4  # the junction whose night plan was typed wrongly


def rows(order: Order) -> Iterator[Row]:
    """Yield every change of plan of the last DAYS days and of what is to come."""
    for day in order.days(DAYS, ahead=1):
        yield from _day(order, day)


def _day(order: Order, day: date) -> Iterator[Row]:
    for hour, plan in WORKDAY if day_kind(day) == "workday" else OTHER_DAYS:
        at = order.instant(day, hour * 3600)
        if at > order.horizon:
            return
        for number, node in enumerate(junctions(order)):
            draw = order.draws(number)
            cycle_s, shares = int(draw.integers(*CYCLE_S)), SHARES[int(draw.integers(len(SHARES)))]
            for name, (factor, most_s) in PLANS.items():
                whole = min(round(cycle_s * factor), most_s)
                splits = [round(whole * share) for share in shares]
                splits[0] += whole - sum(splits)
                if number == WRONG and name == "Ban đêm":
                    splits[-1] += 5
                yield {
                    "id": f"CAM-{node.id}",
                    "junction": f"CAM-{node.id}",
                    "title": node.name,
                    "category": name,
                    "splits": "-".join(map(str, splits)),
                    "cycle_s": whole,
                    "offset_s": int(draw.integers(0, whole)),
                    "status": "running" if name == plan else "standby",
                    "reported": at,
                    "lat": node.lat,
                    "lon": node.lon,
                }


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list."""
    yield order.path(".csv"), Sheet(order.contract, order.city).write(rows(order))
