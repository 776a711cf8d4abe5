"""Consumer prices as the statistics office's monthly report has them, one row a group of goods."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from functools import cache

import numpy as np

from data_access.simulator.months import Month, published_months
from data_access.simulator.order import Order, draws

FORMAT = "gso-prices"
MONTHS = 38

# Groups in the order of the report, with mean and deviation of their month-on-month change in per
# cent (national reports 2014 to 2025; what jumps by decree is drawn with a smaller deviation).
GOODS = {
    "CHỈ SỐ GIÁ TIÊU DÙNG": (0.24, 0.41),
    "Hàng ăn và dịch vụ ăn uống": (0.26, 0.60),
    "Lương thực": (0.29, 0.66),
    "Thực phẩm": (0.25, 0.80),
    "Ăn uống ngoài gia đình": (0.29, 0.35),
    "Đồ uống và thuốc lá": (0.19, 0.20),
    "May mặc, mũ nón và giày dép": (0.15, 0.17),
    "Nhà ở và vật liệu xây dựng": (0.24, 0.55),
    "Thiết bị và đồ dùng gia đình": (0.12, 0.09),
    "Thuốc và dịch vụ y tế": (0.35, 0.60),
    "Giao thông": (0.02, 1.60),
    "Bưu chính viễn thông": (-0.05, 0.10),
    "Giáo dục": (0.35, 0.70),
    "Văn hoá, giải trí và du lịch": (0.11, 0.27),
    "Hàng hóa và dịch vụ khác": (0.27, 0.40),
    "CHỈ SỐ GIÁ VÀNG": (0.76, 2.17),
    "CHỈ SỐ GIÁ ĐÔ LA MỸ": (0.14, 0.66),
    "LẠM PHÁT CƠ BẢN": (0.18, 0.17),
}
# January to December around the mean: Tết is dear, the months after it are cheap again.
SEASON = (0.2, 0.35, -0.3, -0.3, -0.05, 0.05, 0.05, 0.05, 0.05, 0.0, -0.05, -0.05)


@cache
def _change(seed: int, goods: str, month: Month) -> float:
    """Return the change of `month` on the month before in per cent."""
    mean, deviation = GOODS[goods]
    # Half of the swing is everyone's: groups rise together, as the basket they are parts of does.
    common = draws(seed, "economy.prices", month.year, month.number).standard_normal()
    own = draws(seed, f"economy.prices.{goods}", month.year, month.number).standard_normal()
    season = SEASON[month.number - 1] * min(deviation / 0.41, 1.0)
    return float(mean + season + 0.9 * deviation * (common + own) / np.sqrt(2))


def year_on_year(seed: int, goods: str, month: Month) -> float:
    """Return the change of `month` on the same month a year before in per cent."""
    changes = [_change(seed, goods, month.back(back)) for back in range(12)]
    return float((np.prod([1 + change / 100 for change in changes]) - 1) * 100)


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one file of the last MONTHS reports, newest first."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("", "Hàng hóa", "YOY", "MOM", "YTD-YOY", "Date"))
    number = 0
    for month in published_months(order.today, count=MONTHS):
        for goods in GOODS:
            changes = [year_on_year(order.seed, goods, each) for each in month.of_year()]
            change = _change(order.seed, goods, month)
            row = (changes[-1], change, float(np.mean(changes)))
            cells = (f"{cell:.6f}" for cell in row)
            rows.writerow((number, goods, *cells, month.published.isoformat()))
            number += 1
    yield order.path(".csv.gz"), gzip.compress(text.getvalue().encode(), mtime=0)
