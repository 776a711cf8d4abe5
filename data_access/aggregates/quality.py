"""Data quality: which datasets are fed and fresh, what was refused, why, and who owns it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from data_access.aggregates.aggregate import MS, Aggregate, View, text
from data_access.aggregates.live_sources import live_sources
from data_access.aggregates.parts import column, number, table, words
from data_access.contracts import DatasetContract
from data_access.envelope import Number, Payload, Text
from data_access.intake.health import PORT

QUALITY = "data.quality"
STATES = {
    "ok": text("đủ, còn mới", "fed, fresh"),
    "stale": text("trễ", "stale"),
    "absent": text("chưa có nguồn", "no source"),
}
REASONS = {
    "outOfRange": text("ngoài khoảng cho phép", "out of range"),
    "implausible": text("không hợp lý", "implausible"),
    "tooLarge": text("quá lớn để cộng", "too large to be summed"),
    "badField": text("trường không hợp lý", "implausible field"),
    "badTime": text("thời gian sai", "bad time"),
    "duplicate": text("trùng lặp", "duplicate"),
    "notANumber": text("không phải số", "not a number"),
    "emptyKey": text("thiếu mã", "empty key"),
    "unknownIndicator": text("chỉ tiêu lạ", "unknown indicator"),
    "unknownArea": text("địa bàn lạ", "unknown area"),
    "unknownCode": text("mã lạ", "unknown code"),
    "unknownStatus": text("trạng thái lạ", "unknown status"),
    "badQuality": text("mã chất lượng sai", "bad quality code"),
    "badLine": text("dòng hỏng", "bad line"),
    "badRow": text("dòng sai số cột", "wrong number of cells"),
    "badEntity": text("đối tượng sai", "bad entity"),
    "badPosition": text("tọa độ sai", "impossible position"),
    "badPlace": text("vị trí sai", "bad place"),
    "badPriority": text("mức ưu tiên sai", "bad priority"),
    "noTime": text("thiếu thời gian", "no time"),
    "endsBeforeStart": text("hết trước khi bắt đầu", "ends before it starts"),
    "noAttribute": text("thiếu thuộc tính", "attribute missing"),
    "noSeries": text("không có chuỗi số liệu", "no series"),
    "noService": text("không có chuyến", "no service"),
    "stateSecret": text("mang dấu mật nhà nước", "marked as a state secret"),
    "noLabel": text("thiếu dấu mật", "no label"),
    "notPublic": text("không công khai", "not public"),
    "wrongType": text("sai kiểu dữ liệu", "wrong type"),
    "unknownUnit": text("đơn vị lạ", "unknown unit"),
    "closedBeforeOpened": text("đóng trước khi mở", "closed before opened"),
    "inconsistent": text("số liệu mâu thuẫn", "inconsistent"),
    "deletion": text("yêu cầu xóa", "to be deleted"),
    "personalData": text("dữ liệu cá nhân", "personal data"),
    "incomplete": text("chưa đủ", "incomplete"),
    "notEmbedded": text("chỉ có liên kết", "only a link"),
    "tooMany": text("quá nhiều", "too many"),
    "draft": text("bản nháp", "draft"),
    "unreadableFile": text("không đọc được tệp", "unreadable file"),
    "schemaChanged": text("cấu trúc thay đổi", "schema changed"),
}
ORDER = {"stale": 0, "absent": 1, "ok": 2}  # of rows
SHOWN = 20  # reasons for refusals


def quality(view: View) -> Payload:
    """Return the state of every dataset of the city and the reasons for refusals."""
    rows = [_row(view, contract) for contract in view.city.datasets.values()]
    refusals = [
        each for contract in view.city.datasets.values() for each in _refusals(view, contract)
    ]
    rows.sort(key=lambda row: (ORDER[row["state_id"]], -(row["quarantined"] or 0)))
    refusals.sort(key=lambda row: -row["count"])
    payload: Payload = {
        "numbers": _numbers(rows),
        "tables": {
            "datasets": table(
                text("Các bộ dữ liệu", "Datasets"),
                [
                    words("name", text("Bộ dữ liệu", "Dataset")),
                    words("state", text("Tình trạng", "State")),
                    column("age", text("Cập nhật", "Updated"), kind="instant"),
                    column("accepted", text("Đã nhận", "Accepted")),
                    column("quarantined", text("Cách ly", "Quarantined")),
                    words("owner", text("Đơn vị", "Owner")),
                ],
                rows,
                shown=len(rows),
            ),
            "quarantine": table(
                text("Dòng bị cách ly theo lý do", "Quarantined rows by reason"),
                [
                    words("reason", text("Lý do", "Reason")),
                    column("count", text("Số dòng", "Rows")),
                    words("dataset", text("Bộ dữ liệu", "Dataset")),
                    words("owner", text("Đơn vị", "Owner")),
                ],
                refusals,
                shown=SHOWN,
            ),
        },
    }
    sources = view.snapshot.sources()
    if sources:
        failing = sum(1 for each in sources if each.failures)
        up = sum(1 for each in sources if not each.failures and each.way != PORT[1])
        payload["numbers"] |= {
            "sources_ok": number(text("Nguồn hoạt động", "Sources up"), up),
            "sources_failing": _off(text("Nguồn lỗi", "Sources failing"), failing),
        }
        payload["tables"]["sources"] = live_sources(view, sources)
    return payload


def _row(view: View, contract: DatasetContract) -> dict[str, Any]:
    """Return how a dataset stands; how many rows were refused is of now, not of another time."""
    reading = view.snapshot.reading(contract.id)
    newest_us = view.snapshot.newest_us(contract.id)
    at_ms, state = None, "absent"
    if newest_us is not None:
        at_ms = view.timeline(contract.id).glass(newest_us) / MS
        state = "ok" if view.now_ms <= at_ms + contract.stale_after_ms else "stale"
    return {
        "name": contract.name,
        "state": STATES[state],
        "state_id": state,
        "dataset": contract.id,
        "origin": _origin(view, contract.id),
        "age": at_ms,
        "due": None if at_ms is None else at_ms + _until_next_ms(contract),
        "accepted": reading.accepted if reading.is_kept else None,
        "quarantined": sum(reading.rejected.values()) if reading.is_kept else None,
        "owner": view.city.agencies[contract.owner].name,
        "source": {"dataset": contract.id},
    }


def _refusals(view: View, contract: DatasetContract) -> list[dict[str, Any]]:
    reading = view.snapshot.reading(contract.id)
    if not reading.is_kept:
        return []
    return [
        {
            "reason": REASONS.get(reason, text(reason, reason)),
            "count": count,
            "dataset": contract.name,
            "owner": view.city.agencies[contract.owner].name,
            "source": {"dataset": contract.id},
        }
        for reason, count in reading.rejected.items()
    ]


def _numbers(rows: Sequence[Mapping[str, Any]]) -> dict[str, Number]:
    states = Counter(row["state_id"] for row in rows)
    return {
        "datasets_ok": number(text("Bộ dữ liệu còn mới", "Datasets fresh"), states["ok"]),
        "datasets_stale": _off(text("Bộ dữ liệu trễ", "Datasets stale"), states["stale"]),
        "datasets_absent": number(text("Chưa có nguồn", "Without source"), states["absent"]),
        "rows_accepted": number(
            text("Dòng đã nhận", "Rows accepted"), _sum(row["accepted"] for row in rows)
        ),
        "rows_quarantined": number(
            text("Dòng bị cách ly", "Rows quarantined"), _sum(row["quarantined"] for row in rows)
        ),
    }


def _off(label: Text, count: int) -> Number:
    """Return a count of what should not be."""
    return number(label, count, status="caution" if count else "normal")


def _sum(counts: Iterable[int | None]) -> int | None:
    """Return the sum of what is known; None where nothing is."""
    known = [each for each in counts if each is not None]
    return sum(known) if known else None


def _origin(view: View, dataset: str) -> str | None:
    current = view.snapshot.current(dataset)
    return None if current is None else current.origin


def _until_next_ms(contract: DatasetContract) -> float:
    """Return how long after the newest value the next one is due.

    What is observed has its period's start as its time: the next is known when the next period has
    ended. A record is as of when it was reported.
    """
    periods = 2 if contract.shape == "observation" else 1
    return contract.cadence_s * periods * 1000


AGGREGATES = (
    Aggregate(
        QUALITY,
        (),
        quality,
        label=text("Chất lượng dữ liệu", "Data quality"),
    ),
)
