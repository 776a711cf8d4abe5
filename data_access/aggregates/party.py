"""Directives and resolutions of the Party: what is under way, due, overdue, by whom it was issued.

Each item carries its label and its issuing body. Overdue is what is not done by its day.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from data_access.aggregates.aggregate import Aggregate, View, text
from data_access.aggregates.items import both_languages
from data_access.aggregates.parts import column, number, table, words
from data_access.envelope import Number, Payload, Source, Table, Text
from data_access.rollup import HOUR_US
from data_access.store.snapshot import Life

PARTY = "party.documents"
SOON_US = 30 * 24 * HOUR_US
NOT_SAID = text("không rõ", "not said")


def party(view: View) -> Payload:
    """Return what is under way and how far it is, the longest overdue first."""
    lives = view.snapshot.lives(PARTY, bodies=True)
    if not lives:
        return {}
    now_us = view.track_us(PARTY)
    running = [life for life in lives if life.status == "open"]
    running.sort(key=lambda life: (life.due_us is None, life.due_us, life.base_id))
    return {
        "numbers": _numbers(view, lives, running, now_us),
        "tables": {
            "documents": _documents(view, running, now_us),
            "issuers": _bodies(
                lives,
                now_us,
                "issuer",
                heading=text("Cơ quan ban hành", "Issuing body"),
                label=text("Theo cơ quan ban hành", "By issuing body"),
            ),
            "leads": _bodies(
                lives,
                now_us,
                "lead",
                heading=text("Cơ quan chủ trì", "Lead body"),
                label=text("Theo cơ quan chủ trì", "By lead body"),
            ),
            "kinds": _kinds(view, running, now_us),
        },
    }


def is_overdue(life: Life, now_us: int) -> bool:
    """Tell whether a document is not done by its day."""
    return life.status == "open" and life.due_us is not None and life.due_us < now_us


def _numbers(view: View, lives: list[Life], running: list[Life], now_us: int) -> dict[str, Number]:
    overdue = sum(is_overdue(life, now_us) for life in running)
    soon = sum(
        life.due_us is not None and now_us <= life.due_us < now_us + SOON_US for life in running
    )
    done = sum(life.status == "closed" for life in lives)
    share = round(overdue / len(running) * 100, 1) if running else 0.0
    told = [progress for life in running if (progress := _progress(life)) is not None]
    is_open: Source = {"dataset": PARTY, "statuses": ["open"]}
    return {
        "open": number(
            text("Văn bản đang thực hiện", "Documents under way"),
            len(running),
            "văn bản",
            note=text(f"{done} đã hoàn thành", f"{done} done"),
            source=is_open,
        ),
        "overdue": number(
            text("Quá hạn", "Overdue"),
            overdue,
            "văn bản",
            better="down",
            status=view.city.limit(PARTY, "overdue_share").grade(share),
            note=text(f"trên {len(running)} đang thực hiện", f"of {len(running)} under way"),
            source=is_open,
        ),
        "soon": number(
            text("Đến hạn trong 30 ngày", "Due within 30 days"), soon, "văn bản", source=is_open
        ),
        "progress": number(
            text("Tiến độ trung bình", "Mean progress"),
            round(sum(told) / len(told), 1) if told else None,
            "%",
            0,
            better="up",
            note=None if told else NOT_SAID,
            source=is_open,
        ),
    }


def _documents(view: View, running: list[Life], now_us: int) -> Table:
    kinds = view.city.datasets[PARTY].categories
    rows = []
    for life in running:
        due_us = life.due_us
        late = is_overdue(life, now_us)
        rows.append(
            {
                "title": both_languages(life.body.get("title") or life.base_id),
                "number": life.base_id,
                "kind": kinds.get(life.category) or text(life.category, life.category),
                "issuer": str(life.body.get("issuer") or ""),
                "label": str(life.body.get("label") or ""),
                "lead": str(life.body.get("lead") or ""),
                "progress": _progress(life),
                "due": None if due_us is None else view.glass_ms(PARTY, due_us),
                "state": text("quá hạn", "overdue") if late else text("trong hạn", "in time"),
                "source": {"dataset": PARTY, "entity": life.base_id},
            }
        )
    columns = [
        words("title", text("Trích yếu", "Subject")),
        words("number", text("Số, ký hiệu", "Number")),
        words("kind", text("Loại", "Kind")),
        words("issuer", text("Ban hành", "Issued by")),
        words("label", text("Dấu", "Label")),
        words("lead", text("Chủ trì", "Lead")),
        column("progress", text("Tiến độ", "Progress"), "%"),
        column("due", text("Hạn", "Due"), kind="day"),
        words("state", text("Trạng thái", "State")),
    ]
    return table(text("Văn bản đang thực hiện", "Documents under way"), columns, rows)


def _bodies(lives: list[Life], now_us: int, field: str, *, heading: Text, label: Text) -> Table:
    """Return the documents by a body that is named in a field of theirs, the latest first."""
    by_body: dict[str, list[Life]] = defaultdict(list)
    for life in lives:
        by_body[str(life.body.get(field) or "")].append(life)
    rows: list[dict[str, Any]] = [
        {
            "name": text(name, name) if name else NOT_SAID,
            "open": sum(life.status == "open" for life in own),
            "overdue": sum(is_overdue(life, now_us) for life in own),
            "done": sum(life.status == "closed" for life in own),
        }
        for name, own in by_body.items()
    ]
    rows.sort(key=lambda row: (-row["overdue"], -row["open"], row["name"]["vi"]))
    columns = [
        words("name", heading),
        column("open", text("Đang thực hiện", "Under way")),
        column("overdue", text("Quá hạn", "Overdue")),
        column("done", text("Hoàn thành", "Done")),
    ]
    return table(label, columns, rows)


def _kinds(view: View, running: list[Life], now_us: int) -> Table:
    rows: list[dict[str, Any]] = []
    for kind, name in view.city.datasets[PARTY].categories.items():
        own = [life for life in running if life.category == kind]
        rows.append(
            {
                "name": name,
                "open": len(own),
                "overdue": sum(is_overdue(life, now_us) for life in own),
                "source": {"dataset": PARTY, "categories": [kind], "statuses": ["open"]},
            }
        )
    rows.sort(key=lambda row: (-row["open"], row["name"]["vi"]))
    columns = [
        words("name", text("Loại văn bản", "Kind")),
        column("open", text("Đang thực hiện", "Under way")),
        column("overdue", text("Quá hạn", "Overdue")),
    ]
    return table(text("Theo loại văn bản", "By kind"), columns, rows)


def _progress(life: Life) -> float | None:
    progress = life.body.get("progress")
    return float(progress) if isinstance(progress, int | float) else None


AGGREGATES = (Aggregate(PARTY, (PARTY,), party),)
