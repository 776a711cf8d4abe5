"""A replay in words, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from language import LANGUAGES
from operations.replayed import Moment, Replayed
from operations.rule_table import rows, written
from operations.rules import Phase
from tests.operations.a_rule import MINUTE, RULE

ZONE = "Asia/Ho_Chi_Minh"
DAY_MS = datetime(2026, 11, 22, 17, tzinfo=UTC).timestamp() * 1000


def moment(minute: float, phase: Phase, figure: float) -> Moment:
    at_ms = DAY_MS + minute * MINUTE
    return Moment(at_ms, phase, figure, at_ms - MINUTE, "simulated", None)


def replayed(*moments: Moment, **more: object) -> Replayed:
    fields: dict[str, object] = {
        "rule": RULE,
        "from_ms": DAY_MS,
        "to_ms": DAY_MS + 24 * 60 * MINUTE,
        "basis": "observed",
        "before": "quiet",
        "moments": moments,
        "looks": 288,
        "seen": 280,
        "lowest": 3.0,
        "highest": 27.5,
        "unit": "%",
        "decimals": 0,
    }
    return Replayed(**(fields | more))  # type: ignore[arg-type]


DAY = replayed(
    moment(420, "dwelling", 25),
    moment(430, "proposed", 26),
    moment(432, "firing", 27.5),
    moment(500, "cooling", 14.5),
)


def test_a_day_in_vietnamese() -> None:
    assert written(DAY, "vi", ZONE).splitlines() == [
        "Ùn tắc (jam), 23/11/2026",
        "transport.speed · congested_share trên 20%; hết khi về 15%. Giữ 10 phút, chờ phủ quyết"
        " 2 phút, nghỉ 30 phút.",
        "",
        "Lúc       Trạng thái                       Giá trị  Số liệu lúc",
        "07:00:00  Vượt ngưỡng, đang giữ            25%      06:59:00",
        "07:10:00  Đề xuất cảnh báo                 26%      07:09:00",
        "07:12:00  Lên cảnh báo (dữ liệu mô phỏng)  27,5%    07:11:00",
        "08:20:00  Hết, đang nghỉ                   14,5%    08:19:00",
        "",
        "Lên cảnh báo 1 lần.",
        "280 lần tính có số liệu mới, từ 3% đến 27,5%.",
        "Phòng chưa ghi số liệu trước ngày này: tính theo giờ quan trắc, với số liệu như hôm nay đã"
        " biết.",
        "Số liệu là dữ liệu mô phỏng.",
        "Không tính phủ quyết của người trực.",
    ]


def test_a_day_in_english() -> None:
    assert rows(DAY, "en", ZONE)[2] == [
        "07:12:00",
        "Fired (simulated data)",
        "27.5%",
        "07:11:00",
    ]
    assert "Would have fired 1 time." in written(DAY, "en", ZONE)


def test_a_day_on_which_nothing_happened_says_what_its_values_are_too() -> None:
    assert "The values are simulated data." in written(replayed(origins=("simulated",)), "en", ZONE)
    assert "simulated" not in written(replayed(origins=("live",)), "en", ZONE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_without_a_number_says_so_and_has_no_table(language: str) -> None:
    said = written(replayed(seen=0, lowest=None, highest=None, before="firing"), language, ZONE)
    first = {"vi": "Lên cảnh báo 0 lần.", "en": "Would have fired 0 times."}[language]
    blank = said.splitlines().index("")
    assert said.splitlines()[blank + 1] == first
    assert "None" not in said
