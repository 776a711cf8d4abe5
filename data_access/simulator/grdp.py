"""GRDP of the city by quarter and sector, as the statistics office's message has it.

Growth of 2025 is what was published, the years beside it are drawn around it; a demo otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from data_access.simulator.order import Order
from data_access.simulator.statistics import Fact, Message

DATASET, WRITTEN_AS = "economy.grdp", "sdmx"
YEARS = 4
PUBLISHED_AFTER = timedelta(days=97)  # from a quarter's first day: a week after its end
# Shares of GRDP (first quarter of 2025, per cent) and usual growth by sector, per cent a year.
SECTORS = {"GTU": (69.99, 8.4), "BTF": (17.83, 7.0), "D21X31": (10.13, 6.0), "A": (2.05, 3.3)}
PUBLISHED = {(2025, 1): 7.52, (2025, 2): 8.00, (2025, 3): 8.20}  # per cent, year on year
USUAL, SPREAD = 7.6, 0.5
YEAR_2024 = 1_425_500.0  # tỷ đồng at current prices
PRICES = 3.2  # per cent a year by which current prices grow faster
SEASON = (0.225, 0.243, 0.252, 0.280)


def growth(order: Order, year: int, quarter: int) -> float:
    """Return growth on the same quarter of the year before, per cent."""
    known = PUBLISHED.get((year, quarter))
    return known if known is not None else float(order.draws(year, quarter).normal(USUAL, SPREAD))


def size(order: Order, year: int, quarter: int) -> float:
    """Return GRDP of a quarter at current prices, tỷ đồng."""
    level = YEAR_2024 * SEASON[quarter - 1]
    for each in range(2025, year + 1):
        level *= 1 + (growth(order, each, quarter) + PRICES) / 100
    for each in range(year + 1, 2025):
        level /= 1 + (growth(order, each, quarter) + PRICES) / 100
    return level


def quarters(today: date) -> Iterator[tuple[int, int]]:
    """Yield (year, quarter) of what is published before `today`, oldest first."""
    for year in range(today.year - YEARS, today.year + 1):
        for quarter in range(1, 5):
            if date(year, quarter * 3 - 2, 1) + PUBLISHED_AFTER < today:
                yield year, quarter


def facts(order: Order) -> Iterator[Fact]:
    """Yield size and growth of every quarter, whole and by sector; the newest are estimates."""
    known = list(quarters(order.today))
    for year, quarter in known:
        period, is_newest = f"{year}-Q{quarter}", (year, quarter) == known[-1]
        whole, up = size(order, year, quarter), growth(order, year, quarter)
        yield Fact("grdp", period, whole, ("_T",), estimated=is_newest)
        yield Fact("grdp_growth", period, up, ("_T",), estimated=is_newest)
        draw = order.draws(year, quarter, 1)
        for sector, (share, usual) in SECTORS.items():
            own = up + usual - USUAL + float(draw.normal(0.0, 0.4))
            yield Fact("sector_grdp", period, whole * share / 100, (sector,), estimated=is_newest)
            yield Fact("sector_growth", period, own, (sector,), estimated=is_newest)


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one message."""
    message = Message(order.contract)
    yield order.path(".csv"), message.write(facts(order), flow="GSO:GRDP(1.0)")
