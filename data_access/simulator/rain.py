"""Rain gauges as the drainage operator exports them: an HTML table in UTF-16, named `.xls`.

With its habits: a column a gauge headed by its unit, four headings twice, days without any rain
left out, empty cells as `&nbsp;`. And its faults: a gauge that is stuck, a cell beyond nature.
"""

from __future__ import annotations

import math
from codecs import BOM_UTF16_LE
from collections.abc import Iterator
from datetime import date

import numpy as np

from data_access.areas import Unit
from data_access.simulator.order import Order
from data_access.simulator.weather import Numbers, rain_mm

FORMAT = "rain-html"
DAYS = 63  # whole weeks: a replay that loops keeps its weekdays
GAUGES = 49  # columns of the operator's table …
TWICE = 4  # … of which so many repeat the heading of another
WARD_GAUGES = 25  # gauges stand close in the inner city, one in three communes outside

# Share of days with showers somewhere, January to December. With the rain days it gives the 227 to
# 311 days a year on which some gauge of the operator's tables is wet.
SHOWER_SHARE = (0.55, 0.60, 0.65, 0.65, 0.70, 0.75, 0.75, 0.75, 0.70, 0.60, 0.50, 0.40)
SHOWER_WET_SHARE = 0.15  # of the gauges; so that 62-69 % of the cells of a listed day are empty
SHOWER_MEAN_MM = 4.0
GAUGE_MAX_MM = 380.0  # what no gauge passed in a day, faults apart
STUCK_MM = 12.4
FAULT_MM = 7006.0  # the largest cell ever seen in such a table


def gauges(order: Order) -> list[Unit]:
    """Return the unit of each gauge column; the last TWICE repeat earlier ones."""
    centre = order.city.centre
    ranked = sorted(
        order.city.areas,
        key=lambda unit: (math.hypot(unit.lat - centre.lat, unit.lon - centre.lon), unit.code),
    )
    inner = [unit for unit in ranked if unit.kind == "phường"][:WARD_GAUGES]
    outer = [unit for unit in ranked if unit.kind != "phường"]
    wanted = GAUGES - TWICE - len(inner)
    outer = outer[:: max(len(outer) // max(wanted, 1), 1)][:wanted]
    return inner + outer + inner[-TWICE:]


def rain_day(order: Order, day: date, columns: int) -> Numbers:
    """Return the rain of each gauge on `day` in mm to a tenth, 0 for dry, shape (columns,)."""
    draw = order.draws(day.toordinal())
    city_mm = rain_mm(order.seed, day)
    factors = draw.lognormal(0.0, 0.4, columns)
    showers = draw.exponential(SHOWER_MEAN_MM, columns)
    wet = draw.random(columns)
    if city_mm > 0:
        amounts = np.where(wet < 0.85, np.minimum(city_mm * factors, GAUGE_MAX_MM), 0.0)
    elif draw.random() < SHOWER_SHARE[day.month - 1]:
        amounts = np.where(wet < SHOWER_WET_SHARE * draw.uniform(0.3, 1.7), showers, 0.0)
    else:
        amounts = np.zeros(columns)
    return np.round(amounts, 1).astype(np.float64)


def _faults(order: Order, day: date, amounts: Numbers) -> Numbers:
    """Return the day with one gauge stuck for ten days a month, and a wild cell every other one."""
    stuck = int(order.draws(day.year, day.month).integers(len(amounts)))
    if 5 <= day.day < 15:
        amounts[stuck] = STUCK_MM
    if day.day == 9 and day.month % 2:
        amounts[(stuck + 7) % len(amounts)] = FAULT_MM
    return amounts


def _row(day: date, amounts: Numbers) -> str:
    cells = "".join(
        f"<td align='center'>{amount:.1f}</td>" if amount else "<td align='center'>&nbsp;</td>"
        for amount in amounts
    )
    return f"<tr><td align='center'>{day:%d/%m/%Y}</td>{cells}</tr>\n"


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one table a calendar year, of the last DAYS days; today is not over and not in it."""
    columns = gauges(order)
    headings = "\n".join(
        f"<th>{unit.name if unit.kind == 'phường' else unit.full_name}</th>" for unit in columns
    )
    years: dict[int, list[str]] = {}
    for day in order.days(DAYS)[:-1]:
        amounts = _faults(order, day, rain_day(order, day, len(columns)))
        if amounts.any():
            years.setdefault(day.year, []).append(_row(day, amounts))
    for year, rows in years.items():
        table = (
            "<div class='container'><table class='table table-bordered' width='100%'><thead><tr>"
            f"<th>Ngày</th>{headings}\n</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )
        content = BOM_UTF16_LE + table.encode("utf-16-le")
        yield order.path(".xls", stem=f"-simulated-{year}"), content
