"""Monthly indicators of production, trade and consumption, as the statistics office's message."""

from __future__ import annotations

from collections.abc import Iterator

from data_access.simulator.holidays import TET
from data_access.simulator.months import Month, published_months
from data_access.simulator.order import Order
from data_access.simulator.statistics import Fact, Message

DATASET, WRITTEN_AS = "economy.activity", "sdmx"
MONTHS = 38
# Mean month of 2025 and growth a year in per cent, of the published years (visitors: a demo).
LEVELS = {
    "retail": (78_000.0, 12.0),  # tỷ đồng
    "exports": (1_720.0, 11.0),  # triệu USD
    "imports": (3_930.0, 9.0),
    "visitors": (2_450.0, 10.0),  # nghìn lượt
}
SWING = {"retail": 0.02, "exports": 0.05, "imports": 0.05, "visitors": 0.06}
SEASON = (1.04, 0.88, 0.98, 0.99, 1.0, 0.99, 0.99, 1.0, 1.0, 1.02, 1.04, 1.07)
INDUSTRY, INDUSTRY_SPREAD = 6.7, 1.6  # growth of industrial production, per cent
LUNAR = 9.0  # points that Tết moves between January and February


def industry(order: Order, month: Month) -> float:
    """Return growth of production on the same month; Tết moves between two months distort it."""
    figure = float(order.draws(month.year, month.number).normal(INDUSTRY, INDUSTRY_SPREAD))
    if month.number <= 2 and {month.year, month.year - 1} <= TET.keys():
        here, before = TET[month.year].month, TET[month.year - 1].month
        if here != before:
            figure += -LUNAR if here == month.number else LUNAR
    return figure


def level(order: Order, indicator: str, month: Month) -> float:
    """Return a month of an indicator in its own unit."""
    mean, growth = LEVELS[indicator]
    years = (month.year - 2025) + (month.number - 6.5) / 12
    swing = order.draws(list(LEVELS).index(indicator) + 1, month.year, month.number)
    wave = float(swing.lognormal(0.0, SWING[indicator]))
    return float(mean * (1 + growth / 100) ** years * SEASON[month.number - 1] * wave)


def facts(order: Order) -> Iterator[Fact]:
    """Yield every month's indicators, oldest month first; the newest are estimates."""
    months = published_months(order.today, count=MONTHS)
    for month in reversed(months):
        is_newest = month == months[0]
        so_far = [industry(order, each) for each in month.of_year()]
        yield Fact("iip_yoy", str(month), so_far[-1], estimated=is_newest)
        yield Fact("iip_ytd", str(month), sum(so_far) / len(so_far), estimated=is_newest)
        for name in LEVELS:
            yield Fact(name, str(month), level(order, name, month), estimated=is_newest)


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one message."""
    message = Message(order.contract)
    yield order.path(".csv"), message.write(facts(order), flow="GSO:MEI(1.0)")
