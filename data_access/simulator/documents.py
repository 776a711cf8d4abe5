"""Directives and resolutions as a Party office follows them up, a row an update. All invented.

Two rows bear the mark of a state secret, which must not come in; what they say is no document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.sheets import Row, Sheet

DATASET, WRITTEN_AS = "party.documents", "sheet"
DAYS = 28
COUNT = 64
OLDEST_D, TERM_D = 420, (120, 540)
KINDS = {
    "Chỉ thị": (0.36, "CT/TU"), "Nghị quyết": (0.26, "NQ/TU"), "Kết luận": (0.24, "KL/TU"),
    "Chương trình": (0.14, "CTr/TU"),
}  # fmt: skip
ISSUERS = ("Ban Thường vụ Thành ủy", "Ban Chấp hành Đảng bộ TP", "Thường trực Thành ủy")
LEADS = (
    "Đảng ủy UBND TP", "Ban Tổ chức Thành ủy", "Ban Tuyên giáo và Dân vận Thành ủy",
    "Ủy ban Kiểm tra Thành ủy", "Văn phòng Thành ủy", "Ban Nội chính Thành ủy",
)  # fmt: skip
THEMES = (
    "giảm ùn tắc giao thông nội đô", "phát triển kinh tế số", "bảo vệ môi trường các làng nghề",
    "chỉnh trang đô thị, trật tự vỉa hè", "cải cách thủ tục hành chính", "xây dựng nông thôn mới",
    "nâng cao chất lượng không khí", "phòng cháy, chữa cháy khu dân cư", "an toàn thực phẩm",
    "chuyển đổi số trong cơ quan Đảng", "quản lý đất đai, quy hoạch", "thoát nước, chống úng ngập",
    "phát triển công nghiệp văn hóa", "chăm sóc sức khỏe nhân dân", "giải ngân vốn đầu tư công",
)  # fmt: skip
VERBS = ("Về tăng cường", "Về tiếp tục đổi mới", "Về nâng cao hiệu quả", "Về nhiệm vụ, giải pháp")
INTERNAL = 0.4  # share of documents that circulate internally
UPDATED = 0.22  # of working days on which a document is told of
SECRETS = (("Mật", 9), ("Tối mật", 17))  # mark, days before today


@dataclass(frozen=True, slots=True)
class Document:
    """A document, and how it gets on: `pace` is what is done of what time would have done."""

    number: str
    kind: str
    title: str
    issuer: str
    lead: str
    label: str
    issued: date
    due: date
    pace: float


def documents(order: Order) -> list[Document]:
    """Return the documents that are followed up."""
    draw = order.draws()
    shares = [share for share, _ in KINDS.values()]
    found = []
    for number in range(COUNT):
        kind = list(KINDS)[int(draw.choice(len(KINDS), p=shares))]
        issued = order.today - timedelta(days=int(draw.integers(5, OLDEST_D)))
        found.append(
            Document(
                number=f"{number + 1:02}-{KINDS[kind][1]} (mô phỏng)",
                kind=kind,
                title=f"{VERBS[int(draw.integers(len(VERBS)))]} "
                f"{THEMES[int(draw.integers(len(THEMES)))]}",
                issuer=ISSUERS[int(draw.integers(len(ISSUERS)))],
                lead=LEADS[int(draw.integers(len(LEADS)))],
                label="Nội bộ" if draw.random() < INTERNAL else "Thường",
                issued=issued,
                due=issued + timedelta(days=int(draw.integers(*TERM_D))),
                pace=float(draw.lognormal(0.0, 0.3)),
            )
        )
    return found


def rows(order: Order) -> Iterator[Row]:
    """Yield what was told of documents in the last DAYS days, oldest first."""
    listed = documents(order)
    secret_on = {order.today - timedelta(days=ago): mark for mark, ago in SECRETS}
    for day in order.days(DAYS)[:-1]:
        is_first = day == order.days(DAYS)[0]
        draw = order.draws(day.toordinal())
        told = draw.random(len(listed)) < UPDATED
        if day in secret_on:
            yield {**_row(order, listed[0], day), "id": "(mô phỏng)", "label": secret_on[day]}
        for document, is_told in zip(listed, told, strict=True):
            if is_first or (is_told and day_kind(day) == "workday"):
                yield _row(order, document, day)


def _row(order: Order, document: Document, day: date) -> Row:
    spent = (day - document.issued).days / (document.due - document.issued).days
    progress = round(max(0.0, min(100.0, 100 * spent * document.pace)))
    return {
        "id": document.number,
        "title": document.title,
        "category": document.kind,
        "issuer": document.issuer,
        "label": document.label,
        "lead": document.lead,
        "progress": progress,
        "status": "closed" if progress == 100 else "open",
        "reported": order.instant(day, 17 * 3600),
        "starts": document.issued,
        "expected_at": document.due,
    }


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one table."""
    yield order.path(".csv"), Sheet(order.contract, order.city).write(rows(order))
