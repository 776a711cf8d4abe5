"""Growth, production and trade; projects of public investment; the budget; business."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import (
    DAY_MS,
    NOW_MS,
    course,
    envelope,
    line,
    months,
    number,
    of_units,
    table,
    text,
)

BEFORE = {"previousLabel": text("cùng kỳ", "same period")}
OLD = {"age_ms": 20 * DAY_MS, "stale_after_ms": 75 * DAY_MS, "origin": "simulated"}


def _monthly(low: float, high: float, count: int = 25) -> Any:
    return [[at, low + (high - low) * ((7 * i) % 11) / 10] for i, at in enumerate(months(count))]


def grdp() -> Envelope:
    """Return the envelope."""
    quarters = [[at, 6.2 + 0.3 * (i % 7)] for i, at in enumerate(months(34)[::3])]
    growth = course("Tăng trưởng GRDP theo quý", "GRDP growth by quarter", "%", "month",
                    [line("growth", "GRDP", "GRDP", quarters)], 1)  # fmt: skip
    growth["thresholds"] = [{"label": text("chỉ tiêu", "target"), "value": 8.5, "status": "normal"}]
    sectors = table(
        "GRDP theo khu vực",
        "GRDP by sector",
        {
            "name": ("Khu vực", "Sector"),
            "grdp": ("GRDP", "GRDP", "tỷ đồng", 0),
            "share": ("Cơ cấu", "Share", "%", 1),
            "growth": ("Tăng trưởng", "Growth", "%", 2),
        },
        [
            (("Dịch vụ", "Services"), 280_112, 69.99, 8.74),
            (("Công nghiệp, xây dựng", "Industry, construction"), 71_340, 17.83, 7.03),
            (("Thuế sản phẩm trừ trợ cấp", "Taxes less subsidies"), 40_551, 10.13, 5.9),
            (("Nông, lâm nghiệp, thủy sản", "Agriculture"), 8_204, 2.05, 3.43),
        ],
    )
    numbers = {
        "grdp_growth": number(
            "Tăng trưởng GRDP so với cùng kỳ", "GRDP growth, year on year", 8.2, "%", 2, "caution",
            target=8.5, targetLabel=text("chỉ tiêu năm 2025", "target of 2025"), previous=6.52,
            better="up", period=text("Quý III/2025", "Q3 2025"), **BEFORE,
        ),
        "grdp": number("GRDP giá hiện hành", "GRDP at current prices", 400_207, "tỷ đồng",
                       previous=361_840, period=text("Quý III/2025", "Q3 2025"), **BEFORE),
    }  # fmt: skip
    return envelope(
        "economy.grdp",
        text("Tổng sản phẩm trên địa bàn (GRDP)", "Gross regional domestic product (GRDP)"),
        "thong-ke",
        {"numbers": numbers, "series": {"growth": growth}, "tables": {"sectors": sectors}},
        **OLD,
    )


def activity() -> Envelope:
    """Return the envelope."""
    more: dict[str, Any] = {"period": text("10/2025", "10/2025"), **BEFORE}
    return envelope(
        "economy.activity",
        text("Sản xuất, thương mại, tiêu dùng", "Production, trade, consumption"),
        "thong-ke",
        {
            "numbers": {
                "iip_yoy": number("Sản xuất công nghiệp (IIP) so với cùng kỳ",
                                  "Industrial production (IIP) vs same month", 6.7, "%", 1,
                                  previous=5.1, **more),
                "iip_ytd": number("IIP lũy kế so với cùng kỳ",
                                  "IIP, year to date vs same period", 6.6, "%", 1, **more),
                "retail": number("Bán lẻ hàng hóa và dịch vụ", "Retail sales and services",
                                 79_512, "tỷ đồng", previous=71_200, **more),
                "exports": number("Kim ngạch xuất khẩu", "Exports", 1_803, "triệu USD", **more),
                "imports": number("Kim ngạch nhập khẩu", "Imports", 4_118, "triệu USD", **more),
                "visitors": number("Khách du lịch", "Visitors", 2_450, "nghìn lượt", **more),
            },
            "series": {
                "iip": course("Sản xuất công nghiệp so với cùng kỳ",
                              "Industrial production, year on year", "%", "month",
                              [line("iip_yoy", "IIP", "IIP", _monthly(3.8, 9.4))], 1),
                "trade": course("Xuất khẩu, nhập khẩu", "Exports and imports", "triệu USD",
                                "month",
                                [line("exports", "xuất khẩu", "exports", _monthly(1500, 1900)),
                                 line("imports", "nhập khẩu", "imports", _monthly(3700, 4300))]),
            },
        },
        **OLD,
    )  # fmt: skip


MONEY = {
    "year_plan": ("Kế hoạch", "Plan", "tỷ đồng", 0),
    "disbursed": ("Giải ngân", "Disbursed", "tỷ đồng", 0),
    "share": ("Tỷ lệ", "Share", "%", 1),
    "behind": ("Chậm", "Behind", "pp", 1),
}


def projects() -> Envelope:
    """Return the envelope."""
    starts = months(11)
    names = ("Ban QLDA Giao thông", "Ban QLDA Hạ tầng kỹ thuật và Nông nghiệp", "Sở Xây dựng",
             "Ban Quản lý đường sắt đô thị", "Sở Giáo dục và Đào tạo", "Sở Y tế",
             "UBND phường, xã", "Công an TP Hà Nội")  # fmt: skip
    investors = table(
        "Theo chủ đầu tư", "By investor", {"name": ("Chủ đầu tư", "Investor"), **MONEY},
        [(name, 24_850.5 / (i + 1), 19_000 / (i + 1.4), 76.6 - 3 * i, 11.2 + 3 * i)
         for i, name in enumerate(names)],
    )  # fmt: skip
    own = table(
        names[0], names[0], {"name": ("Dự án", "Project"), **MONEY},
        [("Cầu vượt Long Biên (số 12)", 783.6, 645.6, 82.4, 5.4),
         (("Các dự án khác", "Other projects"), 24_067, 18_394, 76.4, 11.4)],
    )  # fmt: skip
    investors["rows"][0]["table"] = "of.ban-qlda-giao-thong"
    investors["rows"][0]["source"] = {"dataset": "economy.projects", "categories": [names[0]]}
    late = table(
        "Dự án chậm", "Late projects",
        {"name": ("Dự án", "Project"), **MONEY, "investor": ("Chủ đầu tư", "Investor")},
        [(f"Trạm xử lý nước thải Văn Miếu - Quốc Tử Giám (số {i})", 900 - 9 * i, 400, 44.4,
          43.4 - i, names[i % 8]) for i in range(18)],
    )  # fmt: skip
    disbursed = [[at, 5_200.0 * (i + 1)] for i, at in enumerate(starts)]
    planned = [[at, 7_100.0 * (i + 1)] for i, at in enumerate(starts)]
    more: dict[str, Any] = {"period": text("11/2025", "11/2025"), "better": "up", **BEFORE}
    return envelope(
        "economy.projects",
        text("Giải ngân vốn đầu tư công theo dự án", "Public-investment disbursement by project"),
        "tai-chinh",
        {
            "numbers": {
                "share": number("Giải ngân so với kế hoạch năm", "Disbursed of the year's plan",
                                64.4, "%", 1, "warning", target=87.8,
                                targetLabel=text("theo kế hoạch đến tháng", "planned to the month"),
                                previous=61.2, **more),
                "disbursed": number("Giải ngân lũy kế", "Disbursed to date", 53_921.4, "tỷ đồng",
                                    previous=48_733, **more),
                "year_plan": number("Kế hoạch vốn năm", "Plan of the year", 87_130, "tỷ đồng"),
                "late": number("Dự án chậm", "Late projects", 42, "dự án", 0, "caution",
                               note=text("trên 120 dự án", "of 120 projects")),
            },
            "series": {"curve": course("Giải ngân lũy kế trong năm",
                                       "Disbursement through the year", "tỷ đồng", "month",
                                       [line("disbursed", "giải ngân", "disbursed", disbursed),
                                        line("planned", "kế hoạch", "planned", planned)])},
            "tables": {"investors": investors, "late": late, "funds": own,
                       "of.ban-qlda-giao-thong": own},
            "maps": {"areas": of_units("Tỷ lệ giải ngân theo địa bàn", "Disbursed share by unit",
                                       "%", "plan_share",
                                       [(22, "least"), (61, "middle"), (84, "high")])},
        },
        **OLD,
    )  # fmt: skip


def _side(vi: str, en: str, items: list[tuple[Any, ...]]) -> Any:
    return table(
        f"{vi} theo khoản mục", f"{en} by item",
        {"name": ("Khoản mục", "Item"), "booked": ("Lũy kế", "To date", "tỷ đồng", 0),
         "estimate": ("Dự toán", "Estimate", "tỷ đồng", 0), "share": ("Tỷ lệ", "Share", "%", 1)},
        items,
    )  # fmt: skip


def budget() -> Envelope:
    """Return the envelope."""
    days = [[NOW_MS - (320 - i) * DAY_MS, 1_700.0 * i] for i in range(321)]
    to_date = text("đến 24/11/2025", "to 24/11/2025")
    pro_rata = text("theo tiến độ thời gian", "pro rata of the year")
    numbers = {}
    for name, vi, en, share, booked in (
        ("revenue", "Thu ngân sách", "Budget revenue", 97.3, 543_118.2),
        ("expenditure", "Chi ngân sách", "Budget expenditure", 63.6, 105_702.9),
    ):
        numbers[f"{name}_share"] = number(
            f"{vi} so với dự toán", f"{en} of the estimate", share, "%", 1, period=to_date,
            target=89.6, targetLabel=pro_rata,
        )  # fmt: skip
        numbers[name] = number(vi, en, booked, "tỷ đồng", period=to_date)
        numbers[f"{name}_day"] = number(
            f"{vi} trong ngày", f"{en} of the day", booked / 230, "tỷ đồng", 1
        )
    return envelope(
        "economy.budget",
        text("Thu, chi ngân sách", "Budget revenue and expenditure"),
        "tai-chinh",
        {
            "numbers": numbers,
            "series": {
                name: course(f"{vi} lũy kế", f"{en}, year to date", "tỷ đồng", "day",
                             [line("booked", "thực hiện", "booked", days),
                              line("estimate", "dự toán, chia đều", "estimate, pro rata",
                                   [days[0], [NOW_MS, 497_133.0]])])
                for name, vi, en in (("revenue", "Thu ngân sách", "Budget revenue"),
                                     ("expenditure", "Chi ngân sách", "Budget expenditure"))
            },
            "tables": {
                "revenue": _side("Thu ngân sách", "Budget revenue", [
                    (("Thuế công thương nghiệp ngoài quốc doanh", "Tax on private business"),
                     102_921, 105_840, 97.2),
                    (("Thu từ nhà, đất", "Housing and land"), 80_088, 80_460, 99.5),
                    (("Thuế thu nhập cá nhân", "Personal income tax"), 51_700, 55_080, 93.9),
                    (("Lệ phí trước bạ", "Registration fees"), 7_090, 8_964, 79.1)]),
                "expenditure": _side("Chi ngân sách", "Budget expenditure", [
                    (("Chi đầu tư phát triển", "Development investment"), 65_452, 94_068, 69.6),
                    (("Chi giáo dục, đào tạo", "Education and training"), 21_624, 28_404, 76.1)]),
            },
        },
        **{**OLD, "age_ms": DAY_MS, "stale_after_ms": 4 * DAY_MS},
    )  # fmt: skip


def business() -> Envelope:
    """Return the envelope."""
    sectors = table(
        "Doanh nghiệp theo ngành", "Firms by sector",
        {"name": ("Ngành", "Sector"), "firms_new": ("Mới", "New", "", 0),
         "firms_dissolved": ("Giải thể", "Dissolved", "", 0),
         "firms_suspended": ("Tạm ngừng", "Suspended", "", 0),
         "firms_returned": ("Trở lại", "Returned", "", 0)},
        [(("Bán buôn, bán lẻ", "Trade"), 1126, 177, 416, 333),
         (("Xây dựng", "Construction"), 321, 53, 108, 83),
         (("Khoa học, công nghệ", "Science and technology"), 307, 35, 107, 76),
         (("Dịch vụ hành chính, hỗ trợ", "Administrative services"), 166, 20, 61, 44),
         (("Nông, lâm nghiệp, thủy sản", "Agriculture, forestry, fishing"), 12, 2, 6, 3)],
    )  # fmt: skip
    names = {
        "firms_new": ("Thành lập mới", "New firms", 2992),
        "firms_dissolved": ("Giải thể", "Dissolved firms", 471),
        "firms_suspended": ("Tạm ngừng", "Suspended firms", 1091),
        "firms_returned": ("Hoạt động trở lại", "Firms back in business", 880),
        "new_ytd": ("Thành lập mới từ đầu năm", "New firms, year to date", 31_213),
    }
    return envelope(
        "economy.business",
        text("Đăng ký doanh nghiệp", "Business registration"),
        "tai-chinh",
        {
            "numbers": {
                key: number(vi, en, value, "doanh nghiệp", previous=round(value * 0.94),
                            period=text("10/2025", "10/2025"), **BEFORE)
                for key, (vi, en, value) in names.items()
            },
            "series": {
                "monthly": course(
                    "Doanh nghiệp theo tháng", "Firms by month", "doanh nghiệp", "month",
                    [line("new", "thành lập mới", "new", _monthly(2100, 3100, 13)),
                     line("ended", "giải thể, tạm ngừng", "dissolved, suspended",
                          _monthly(1200, 3900, 13))])
            },
            "tables": {"sectors": sectors},
            "maps": {"areas": of_units("Thành lập mới", "New firms", "doanh nghiệp", "count",
                                       [(3, "few"), (9, "many"), (44, "most")])},
        },
        **OLD,
    )  # fmt: skip


def business_sectors() -> Envelope:
    """Return the envelope."""
    made = envelope(
        "economy.business_sectors",
        text("Doanh nghiệp mới theo ngành và địa bàn", "New firms by sector and unit"),
        "tai-chinh",
        {
            "maps": {
                "areas.g": of_units("Bán buôn, bán lẻ", "Trade", "doanh nghiệp", "count",
                                    [(2, "few"), (11, "many"), (21, "most")]),
                "areas.f": of_units("Xây dựng", "Construction", "doanh nghiệp", "count",
                                    [(1, "few"), (5, "some")]),
            }
        },
        **OLD,
    )  # fmt: skip
    return replace(made, datasets=("economy.business",))
