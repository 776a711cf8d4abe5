"""What a forecast is called: its method, its steps, why there is none. Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.forecast import total
from analytics.forecast.choice import Choice
from analytics.forecast.fitting import Reason
from analytics.forecast.rolling import LEVEL, MIX, MODEL, NAIVE_LONG, NAIVE_SHORT, PROFILE
from analytics.grid import Grid, StepName
from data_access.aggregates.aggregate import text
from data_access.envelope import Text

SHORT: dict[StepName, Text] = {
    "P1D": text("như tuần trước", "as the week before"),
    "P7D": text("như năm trước", "as the year before"),
    "P1M": text("như năm trước", "as the year before"),
}
YESTERDAY = text("như ngày trước", "as the day before")
LAST_WEEK = text("như tuần trước", "as the week before")
PROFILES: dict[StepName, Text] = {
    "P1D": text("trung bình cùng thứ các tuần qua", "mean of the same weekday"),
    "P7D": text("trung bình cùng tuần các năm qua", "mean of the same week of past years"),
    "P1M": text("trung bình cùng tháng các năm qua", "mean of the same month of past years"),
}
HOURS = text("trung bình cùng giờ các tuần qua", "mean of the same hour of past weeks")
HOURS_OF_DAY = text("trung bình cùng giờ các ngày qua", "mean of the same hour of past days")
LEVELS: dict[StepName, Text] = {
    "P1D": text("trung bình 14 ngày qua", "mean of the last 14 days"),
    "P7D": text("trung bình 4 tuần qua", "mean of the last 4 weeks"),
    "P1M": text("trung bình 3 tháng qua", "mean of the last 3 months"),
}
LAST_DAY = text("trung bình 24 giờ qua", "mean of the last 24 hours")
MIXED = text("trung bình có trọng số các mẫu", "weighted mean of baselines")
MODELLED = text("mô hình học máy", "machine-learned model")
NO_BETTER = text(
    "mô hình học máy không hơn cách đơn giản này",
    "a machine-learned model did no better than this simple rule",
)
TOTALS: dict[total.Method, Text] = {
    "even": text("chia đều theo ngày", "evenly by day"),
    "working": text("theo ngày làm việc", "by working day"),
    "recent": text("nhịp ngày làm việc quý gần nhất", "pace of the last quarter's working days"),
    "shares": text("tỷ trọng tháng các năm trước", "months' shares of earlier years"),
}
REASONS: Mapping[Reason, Text] = {
    "empty": text("chưa có số liệu", "no data"),
    "single": text("mới có một giá trị", "only one value"),
    "short": text("chuỗi quá ngắn hoặc thiếu nhiều", "too short or too many gaps"),
    "ended": text("nguồn đã ngừng", "its source has ended"),
}
OVER = text("năm đã kết thúc", "the year is over")
TOO_EARLY = text("chưa đủ phần đầu năm", "too little of the year is known")
DRIFT: Mapping[str, Text] = {
    "unknown": text("chưa biết", "not known"),
    "steady": text("ổn định", "steady"),
    "drifted": text("đã lệch", "drifted"),
}
SLOTS: Mapping[StepName, Text] = {
    "PT5M": text("5 phút", "5 minutes"),
    "PT15M": text("15 phút", "15 minutes"),
    "PT30M": text("30 phút", "30 minutes"),
    "PT1H": text("giờ", "hours"),
    "P1D": text("ngày", "days"),
    "P7D": text("tuần", "weeks"),
    "P1M": text("tháng", "months"),
}


def method_words(choice: Choice, grid: Grid, slots: int) -> Text:
    """Return what speaks for a series of so many slots; a mixed model says how much it counts."""
    if choice.method != MODEL:
        return _baseline(choice.method, grid, slots)
    share = round(float(choice.weights[1:].mean()) * 100)
    if share == 100:
        return MODELLED
    beside = _baseline(choice.baseline, grid, slots)
    return text(
        f"{MODELLED['vi']} ({share}%) và {beside['vi']}",
        f"{MODELLED['en']} ({share}%) and {beside['en']}",
    )


def lost_words(choice: Choice) -> Text | None:
    """Return that a model was tried and lost; None where it won, or there was none."""
    if choice.method == MODEL or choice.errors.get("model") is None:
        return None
    return NO_BETTER


def naive_words(choice: Choice, grid: Grid, slots: int) -> Text:
    """Return what the forecast is held against: repeating what was one season before."""
    return _baseline(choice.naive, grid, slots)


def _baseline(method: str, grid: Grid, slots: int) -> Text:
    step = grid.step
    if method == PROFILE:
        hours = HOURS if slots > grid.seasons[-1] else HOURS_OF_DAY
        return PROFILES.get(step, hours)
    if method == NAIVE_LONG:
        return SHORT.get(step, LAST_WEEK)
    if method == MIX:
        return MIXED
    if method == LEVEL:
        return LEVELS.get(step, LAST_DAY)
    assert method == NAIVE_SHORT  # noqa: S101
    return SHORT.get(step, YESTERDAY)
