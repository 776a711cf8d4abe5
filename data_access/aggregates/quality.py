"""Data quality: which datasets are fed and fresh, what was refused, why, and who owns it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from data_access.aggregates.aggregate import MS, Aggregate, View, text
from data_access.aggregates.live_sources import live_sources
from data_access.aggregates.parts import column, words
from data_access.contracts import DatasetContract
from data_access.envelope import Number, Payload

QUALITY = "data.quality"
STATES = {
    "ok": text("đủ, còn mới", "fed, fresh"),
    "stale": text("trễ", "stale"),
    "absent": text("chưa có nguồn", "no source"),
}
REASONS = {
    "outOfRange": text("ngoài khoảng cho phép", "out of range"),
    "implausible": text("không hợp lý", "implausible"),
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
SHOWN = 20  # reasons for refusals


def quality(view: View) -> Payload:
    """Return the state of every dataset of the city and the reasons for refusals."""
    rows: list[dict[str, Any]] = []
    refusals: list[dict[str, Any]] = []
    counts: list[tuple[int | None, int | None]] = []
    states = {"ok": 0, "stale": 0, "absent": 0}
    for contract in view.city.datasets.values():
        owner = view.city.agencies[contract.owner].name
        reading = view.snapshot.reading(contract.id)
        newest_us = view.snapshot.newest_us(contract.id)
        at_ms = None
        state = "absent"
        if newest_us is not None:
            at_ms = view.timeline(contract.id).glass(newest_us) / MS
            state = "ok" if view.now_ms <= at_ms + contract.stale_after_ms else "stale"
        states[state] += 1
        taken = bad = None  # of another time: not kept
        if reading.is_kept:
            taken, bad = reading.accepted, sum(reading.rejected.values())
        counts.append((taken, bad))
        rows.append(
            {
                "name": contract.name,
                "state": STATES[state],
                "state_id": state,
                "dataset": contract.id,
                "origin": _origin(view, contract.id),
                "age": at_ms,
                "due": None if at_ms is None else at_ms + _until_next_ms(contract),
                "accepted": taken,
                "quarantined": bad,
                "owner": owner,
                "source": {"dataset": contract.id},
            }
        )
        refusals += [
            {
                "reason": REASONS.get(reason, text(reason, reason)),
                "count": count,
                "dataset": contract.name,
                "owner": owner,
                "source": {"dataset": contract.id},
            }
            for reason, count in reading.rejected.items()
            if reading.is_kept
        ]
    order = {"stale": 0, "absent": 1, "ok": 2}
    rows.sort(key=lambda row: (order[row["state_id"]], -(row["quarantined"] or 0)))
    refusals.sort(key=lambda row: -row["count"])

    def number(vi: str, en: str, value: int | None, *, off: bool = False) -> Number:
        return {
            "label": text(vi, en),
            "value": value,
            "unit": "",
            "decimals": 0,
            "status": "caution" if off and value else "normal",
        }

    payload: Payload = {
        "numbers": {
            "datasets_ok": number("Bộ dữ liệu còn mới", "Datasets fresh", states["ok"]),
            "datasets_stale": number("Bộ dữ liệu trễ", "Datasets stale", states["stale"], off=True),
            "datasets_absent": number("Chưa có nguồn", "Without source", states["absent"]),
            "rows_accepted": number("Dòng đã nhận", "Rows accepted", _sum(a for a, _ in counts)),
            "rows_quarantined": number(
                "Dòng bị cách ly", "Rows quarantined", _sum(bad for _, bad in counts)
            ),
        },
        "tables": {
            "datasets": {
                "label": text("Các bộ dữ liệu", "Datasets"),
                "columns": [
                    words("name", text("Bộ dữ liệu", "Dataset")),
                    words("state", text("Tình trạng", "State")),
                    column("age", text("Cập nhật", "Updated"), kind="instant"),
                    column("accepted", text("Đã nhận", "Accepted")),
                    column("quarantined", text("Cách ly", "Quarantined")),
                    words("owner", text("Đơn vị", "Owner")),
                ],
                "rows": rows,
                "total": len(rows),
            },
            "quarantine": {
                "label": text("Dòng bị cách ly theo lý do", "Quarantined rows by reason"),
                "columns": [
                    words("reason", text("Lý do", "Reason")),
                    column("count", text("Số dòng", "Rows")),
                    words("dataset", text("Bộ dữ liệu", "Dataset")),
                    words("owner", text("Đơn vị", "Owner")),
                ],
                "rows": refusals[:SHOWN],
                "total": len(refusals),
            },
        },
    }
    sources = view.snapshot.sources()
    if sources:
        failing = sum(1 for each in sources if each.failures)
        payload["numbers"] |= {
            "sources_ok": number("Nguồn hoạt động", "Sources up", len(sources) - failing),
            "sources_failing": number("Nguồn lỗi", "Sources failing", failing, off=True),
        }
        payload["tables"]["sources"] = live_sources(view, sources)
    return payload


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
