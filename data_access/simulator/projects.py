"""Projects of public investment as the treasury's monthly list has them. All invented: a demo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from data_access.simulator.investment import PLAN_SHARE, SEASON, year_level
from data_access.simulator.months import Month, published_months
from data_access.simulator.order import Order
from data_access.simulator.sheets import Row, Sheet
from data_access.simulator.siting import own_words

DATASET, WRITTEN_AS = "economy.projects", "sheet"
MONTHS = 23  # this year's and last year's at least
COUNT = 120
CITY_WIDE = 0.15  # of the projects lie in several units
INVESTORS = (
    "Ban QLDA Giao thông", "Ban QLDA Hạ tầng kỹ thuật và Nông nghiệp", "Ban QLDA Dân dụng",
    "Ban Quản lý đường sắt đô thị", "Sở Xây dựng", "Sở Nông nghiệp và Môi trường", "Sở Y tế",
    "Sở Giáo dục và Đào tạo", "Sở Khoa học và Công nghệ", "Sở Văn hóa và Thể thao",
    "Công an TP Hà Nội", "UBND phường, xã",
)  # fmt: skip
WEIGHTS = np.array((6.0, 3.5, 2.5, 3.0, 1.6, 1.2, 0.8, 0.9, 0.5, 0.4, 0.3, 2.3))
FUNDS = ("Ngân sách Thành phố", "Ngân sách Trung ương", "ODA", "Trái phiếu chính quyền")
FUND_SHARES = (0.72, 0.15, 0.08, 0.05)
WORKS = (
    "Đường nối", "Cầu vượt", "Trường tiểu học", "Trạm bơm", "Cải tạo hồ", "Bệnh viện cơ sở 2",
    "Công viên", "Hạ tầng kỹ thuật", "Tuyến thoát nước", "Trạm xử lý nước thải", "Nhà văn hóa",
    "Bãi đỗ xe",
)  # fmt: skip
SUSPENDED = 0.04


@dataclass(frozen=True, slots=True)
class Work:
    """A project, and how it gets on: `pace` is what it pays out of what is planned."""

    code: str
    title: str
    investor: str
    fund: str
    area: str
    share: float  # of the city's plan
    pace: float
    starts: date
    ends: date
    suspended: bool


def works(order: Order) -> tuple[Work, ...]:
    """Return the projects, the same every month."""
    units = sorted(order.city.areas, key=lambda unit: unit.code)
    draw = order.draws()
    sizes = draw.lognormal(0.0, 1.0, COUNT)
    who = draw.choice(len(INVESTORS), COUNT, p=WEIGHTS / WEIGHTS.sum())
    sizes *= WEIGHTS[who]
    made = []
    for number in range(COUNT):
        unit = units[int(draw.integers(len(units)))]
        wide = draw.random() < CITY_WIDE
        kind = WORKS[int(draw.integers(len(WORKS)))]
        starts = date(order.today.year - int(draw.integers(0, 4)), int(draw.integers(1, 13)), 1)
        made.append(
            Work(
                code=f"{7_000_000 + 137 * number}",
                title=f"{kind} {'liên địa bàn' if wide else unit.name} (số {number + 1})",
                investor=own_words(order, INVESTORS[who[number]]),
                fund=str(draw.choice(FUNDS, p=FUND_SHARES)),
                area="city" if wide else unit.code,
                share=float(sizes[number] / sizes.sum()),
                pace=float(np.clip(draw.normal(0.93, 0.18), 0.25, 1.05)),
                starts=starts,
                ends=date(order.today.year + int(draw.integers(0, 4)), 12, 31),
                suspended=bool(draw.random() < SUSPENDED),
            )
        )
    return tuple(made)


def money(order: Order, work: Work, month: Month) -> tuple[float, float, float]:
    """Return plan of the year, planned and disbursed to date, in triệu đồng with the đồng."""
    pace = work.pace * float(order.draws(int(work.code), month.year).normal(1.0, 0.06))
    plan = round(work.share * year_level(month.year) / PLAN_SHARE * 1000, 6)
    so_far = sum(SEASON[: month.number]) / sum(SEASON)
    planned = round(plan * so_far, 6)
    return plan, planned, round(min(plan, planned * pace), 6)


def rows(order: Order) -> Iterator[Row]:
    """Yield every month's list, oldest month first."""
    listed = works(order)
    for month in reversed(published_months(order.today, count=MONTHS)):
        for work in listed:
            plan, planned, disbursed = money(order, work, month)
            yield {
                "time": date(month.year, month.number, 1),
                "id": work.code,
                "title": work.title,
                "category": work.investor,
                "fund": work.fund,
                "area": work.area,
                "year_plan": plan,
                "planned": planned,
                "disbursed": disbursed,
                "starts": work.starts,
                "ends": work.ends,
                "status": "suspended" if work.suspended else "open",
            }


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list of all months."""
    yield order.path(".csv"), Sheet(order.contract, order.city).write(rows(order))
