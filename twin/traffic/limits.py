"""What is not to be believed of a run, in sentences that stand beside its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data_access.envelope import Text
from twin.result import Fit
from twin.traffic.changes import ALL_STOP_M, MOTORCYCLES_STOP_M, rain_band
from twin.traffic.plan import TrafficPlan
from twin.traffic.scenario import BusLane, OneWay, Rain, TrafficScenario

ALWAYS: tuple[Text, ...] = (
    {
        "vi": "Mô hình hàng chờ (mesoscopic): tìm đúng phần lớn điểm nóng, tổng độ trễ thường thấp "
        "hơn mô phỏng từng xe",
        "en": "A model of queues (mesoscopic): it finds most hot spots; total delay is usually "
        "lower than in a model of single vehicles",
    },
    {
        "vi": "Đường trống lúc bắt đầu: 10-15 phút đầu nhẹ hơn thực tế",
        "en": "Roads are empty at the beginning: the first 10 to 15 minutes are lighter than real",
    },
    {
        "vi": "Xe buýt đi đường nhanh nhất giữa hai điểm, không theo tuyến",
        "en": "Buses take the fastest way between two places, not their lines",
    },
)


def limits_of(
    scenario: TrafficScenario,
    plan: TrafficPlan,
    base: Sequence[Mapping[str, Any]],
    value: Sequence[Mapping[str, Any]],
    *,
    said: Sequence[Text] = (),
) -> list[Text]:
    """Return everything to be said beside the figures, the gravest first."""
    found = [*_late(base, value), *_counts(base, value)]
    if len(value) < len(scenario.base.seeds):
        found.append(_done(len(value), len(scenario.base.seeds)))
    elif len(value) == 1:
        found.append(
            {
                "vi": "Chỉ một lượt tính: không có khoảng tin cậy",
                "en": "One seed alone: there is no interval",
            }
        )
    return [*found, *_assumed(scenario, plan), *said, *ALWAYS]


def _late(base: Sequence[Mapping[str, Any]], value: Sequence[Mapping[str, Any]]) -> list[Text]:
    late = [each for each in (*base, *value) if each["isLate"]]
    if not late:
        return []
    minute = round(min(each["reachedMin"] for each in late))
    return [
        {
            "vi": f"Mạng tắc cứng, hoặc quá lớn để tính kịp: mô phỏng bị dừng, mới tới phút "
            f"{minute}; chỉ còn số chuyến đã đến nơi",
            "en": f"Gridlock, or more than can be run in time: it was stopped and came to minute "
            f"{minute}; only trips that arrived are counted",
        }
    ]


def _counts(base: Sequence[Mapping[str, Any]], value: Sequence[Mapping[str, Any]]) -> list[Text]:
    before, after = base[0]["conservation"], value[0]["conservation"]
    found: list[Text] = []
    if after["dropped"] or before["dropped"]:
        found.append(
            {
                "vi": f"Bỏ {after['dropped']} chuyến không thể đi (hiện trạng {before['dropped']})"
                f": {after['closedEnds']} đầu cuối ở đường cấm, {after['noWay']} không có lối",
                "en": f"{after['dropped']} trips that cannot be made are left out (base "
                f"{before['dropped']}): {after['closedEnds']} begin or end on a closed street, "
                f"{after['noWay']} have no way",
            }
        )
    if "running" in after and "running" in before:
        left, once = (each["running"] + each["waiting"] for each in (after, before))
        found.append(
            {
                "vi": f"{left} trên {after['asked']} chuyến chưa xong khi kết thúc (hiện trạng "
                f"{once}), trong đó {after['waiting']} chưa vào được đường",
                "en": f"{left} of {after['asked']} trips are not finished at the end (base {once})"
                f", {after['waiting']} of them not let onto the road yet",
            }
        )
        if after["teleports"] or before["teleports"]:
            found.append(
                {
                    "vi": f"{after['teleports']} lần xe kẹt được chuyển qua chỗ tắc (hiện trạng "
                    f"{before['teleports']})",
                    "en": f"{after['teleports']} times a stuck vehicle was moved past a jam (base "
                    f"{before['teleports']})",
                }
            )
    return found


def _done(done: int, of: int) -> Text:
    return {
        "vi": f"Kết quả tạm: xong {done} trên {of} lượt tính",
        "en": f"A first answer: {done} of {of} seeds done",
    }


def _assumed(scenario: TrafficScenario, plan: TrafficPlan) -> list[Text]:
    found: list[Text] = []
    if plan.demand.sample_share < 1:
        each, share = plan.demand.stands_for, round(plan.demand.sample_share * 100)
        found.append(
            {
                "vi": f"Mô phỏng {share}% số chuyến: mỗi xe mô phỏng thay cho {_vi(each)} xe",
                "en": f"{share}% of trips are simulated: each vehicle stands for {each:.1f}",
            }
        )
    motorcycle = next((v for v in plan.vehicle if v.id == "motorcycle"), None)
    if motorcycle is not None:
        share, equivalent = round(motorcycle.share * 100), motorcycle.car_equivalent
        decimal = f"{equivalent:g}".replace(".", ",")
        found.append(
            {
                "vi": f"Xe máy {share}% số chuyến, quy đổi 1 xe máy = {decimal} ô tô con",
                "en": f"Motorcycles {share}% of trips, each counted as {equivalent:g} cars",
            }
        )
    for measure in scenario.measures:
        if isinstance(measure, Rain):
            band = rain_band(plan, measure.mmPerH)
            capacity, speed = round(band.capacity_loss * 100), round(band.speed_loss * 100)
            found.append(
                {
                    "vi": f"Mưa {measure.mmPerH:g} mm/giờ: giảm {capacity}% năng lực, {speed}% "
                    f"vận tốc ({plan.rain.source})",
                    "en": f"Rain of {measure.mmPerH:g} mm/h: {capacity}% of capacity, {speed}% "
                    f"of speed lost ({plan.rain.source})",
                }
            )
        elif isinstance(measure, OneWay | BusLane):
            found.append(
                {
                    "vi": "Đèn tín hiệu ở đầu các đoạn đổi chiều hoặc thêm làn được lập lại",
                    "en": "Signals at the ends of links with other lanes were planned anew",
                }
            )
    if scenario.floods:
        found.append(
            {
                "vi": f"Ngập quá {_vi(MOTORCYCLES_STOP_M)} m xe máy dừng, quá {_vi(ALL_STOP_M)} m "
                "mọi xe dừng; dưới đó chậm theo Pregnolato và cộng sự 2017 (ô tô)",
                "en": f"Over {MOTORCYCLES_STOP_M} m of water motorcycles stop, over {ALL_STOP_M} m "
                "everybody; below that slower by Pregnolato et al. 2017 (cars)",
            }
        )
    return [each for n, each in enumerate(found) if each not in found[:n]]


def _vi(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")


def uncalibrated(why: Text) -> Fit:
    """Return the fit of a twin nobody has held against counts, with the reason."""
    return {"state": "uncalibrated", "why": why}


NOT_CALIBRATED: Text = {
    "vi": "Chưa hiệu chỉnh: chưa có lần hiệu chỉnh nào với số đếm",
    "en": "Uncalibrated: never held against counts",
}


def other_time(hour: int, day_kind: str) -> Text:
    """Return why a calibration says nothing about this base: it is of another time."""
    return {
        "vi": f"Chưa hiệu chỉnh cho giờ này: hiệu chỉnh có sẵn là của {hour} giờ ({day_kind})",
        "en": f"Uncalibrated for this time: the calibration is of {hour}:00 ({day_kind})",
    }
