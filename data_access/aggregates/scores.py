"""The six scores of every dataset, and what owners have overdue because of them.

Read from what data_access/scoring.py has measured: nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from data_access.aggregates.aggregate import MS, Aggregate, View, text
from data_access.aggregates.items import ranked_items
from data_access.aggregates.parts import column, words
from data_access.contracts import DatasetContract
from data_access.envelope import Item, Number, Payload, Status, Table, Text
from data_access.promises import CRITERIA, Criterion
from data_access.store import scores
from data_access.store.scores import Shortfall

SCORES, OVERDUE = "data.scores", "data.overdue"
NAMES: dict[Criterion, Text] = {
    "accurate": text("Đúng", "Accurate"),
    "sufficient": text("Đủ", "Sufficient"),
    "clean": text("Sạch", "Clean"),
    "live": text("Sống", "Live"),
    "consistent": text("Thống nhất", "Consistent"),
    "shared": text("Dùng chung", "Shared"),
}
FAR_BELOW = 20.0  # per cent under a floor: graver


def standing(view: View) -> Payload:
    """Return the newest score of every dataset by criterion, the lowest first."""
    newest = scores.newest(view.snapshot)
    numbers: dict[str, Number] = {}
    for criterion in CRITERIA:
        found = [
            (newest[c.id, criterion], c.floors.of(criterion))
            for c in view.city.datasets.values()
            if (c.id, criterion) in newest and view.is_fed(c.id)
        ]
        below = sum(score < floor for score, floor in found)
        numbers[criterion] = {
            "label": NAMES[criterion],
            "value": round(sum(score for score, _ in found) / len(found), 1) if found else None,
            "unit": "%",
            "decimals": 1,
            "better": "up",
            "status": "caution" if below else "normal",
            "note": text(
                f"{below} trên {len(found)} bộ dưới sàn", f"{below} of {len(found)} below the floor"
            )
            if found
            else text("chưa có điểm", "no scores"),
        }
    rows = [_row(view, contract, newest) for contract in view.city.datasets.values()]
    rows.sort(key=lambda row: (row["lowest"] is None, row["lowest"]))
    return {
        "numbers": numbers,
        "tables": {
            "datasets": {
                "label": text("Điểm sáu tiêu chí của các bộ dữ liệu", "Datasets by six criteria"),
                "columns": [
                    words("name", text("Bộ dữ liệu", "Dataset")),
                    *(column(criterion, NAMES[criterion], "%", 1) for criterion in CRITERIA),
                    words("owner", text("Đơn vị", "Owner")),
                ],
                "rows": rows,
                "total": len(rows),
            },
            "agencies": _by_agency(view, rows),
        },
    }


def overdue(view: View) -> Payload:
    """Return what is below its floor, by agency, the longest first; and as items for the owners."""
    found = [
        each
        for each in scores.open_shortfalls(view.snapshot)
        if each.dataset in view.city.datasets and each.criterion in NAMES
    ]
    newest = scores.newest(view.snapshot)
    rows = sorted(
        (_overdue_row(view, each, newest) for each in found),
        key=lambda row: (row["owner"]["vi"], row["since"]),
    )
    items = [_item(view, each, newest) for each in found]
    agencies = {each.owner for each in found}
    return {
        "numbers": {
            "overdue": {
                "label": text("Việc dữ liệu quá hạn", "Data overdue"),
                "value": len(found),
                "unit": "",
                "decimals": 0,
                "better": "down",
                "status": "caution" if found else "normal",
                "note": text(f"của {len(agencies)} đơn vị", f"of {len(agencies)} agencies"),
            },
            "agencies": {
                "label": text("Đơn vị có việc quá hạn", "Agencies with data overdue"),
                "value": len(agencies),
                "unit": "",
                "decimals": 0,
                "better": "down",
                "status": "caution" if agencies else "normal",
            },
        },
        "tables": {
            "overdue": {
                "label": text("Dữ liệu dưới sàn, theo đơn vị", "Data below its floor, by agency"),
                "columns": [
                    words("owner", text("Đơn vị", "Agency")),
                    words("name", text("Bộ dữ liệu", "Dataset")),
                    words("criterion", text("Tiêu chí", "Criterion")),
                    column("score", text("Điểm", "Score"), "%", 1),
                    column("floor", text("Sàn", "Floor"), "%"),
                    column("since", text("Từ", "Since"), kind="instant"),
                ],
                "rows": rows,
                "total": len(rows),
            }
        },
        "items": {"overdue": ranked_items(items)},
    }


def _row(
    view: View, contract: DatasetContract, newest: dict[tuple[str, str], float]
) -> dict[str, Any]:
    found = {c: newest.get((contract.id, c)) for c in CRITERIA}
    short = [c for c, score in found.items() if score is not None and score < contract.floors.of(c)]
    return {
        "name": contract.name,
        "dataset": contract.id,
        "group": contract.group,
        **{str(criterion): score for criterion, score in found.items()},
        "lowest": min((score for score in found.values() if score is not None), default=None),
        "below": short if view.is_fed(contract.id) else [],
        "fed": view.is_fed(contract.id),
        "owner": view.city.agencies[contract.owner].name,
        "agency": contract.owner,
        "source": {"dataset": contract.id},
    }


def _by_agency(view: View, rows: list[dict[str, Any]]) -> Table:
    """Return each agency's means over its datasets that are fed, the lowest first."""
    made: list[dict[str, Any]] = []
    for agency in view.city.agencies.values():
        mine = [row for row in rows if row["agency"] == agency.id]
        if not mine:
            continue
        means = {c: _mean(row[c] for row in mine if row["fed"]) for c in CRITERIA}
        made.append(
            {
                "owner": agency.name,
                "agency": agency.id,
                "datasets": len(mine),
                **{str(criterion): mean for criterion, mean in means.items()},
                "below": sum(len(row["below"]) for row in mine),
            }
        )
    made.sort(key=lambda row: (-row["below"], row["owner"]["vi"]))
    return {
        "label": text("Điểm sáu tiêu chí theo đơn vị", "Six criteria by agency"),
        "columns": [
            words("owner", text("Đơn vị", "Agency")),
            column("datasets", text("Bộ dữ liệu", "Datasets")),
            *(column(criterion, NAMES[criterion], "%", 1) for criterion in CRITERIA),
            column("below", text("Quá hạn", "Overdue")),
        ],
        "rows": made,
        "total": len(made),
    }


def _mean(found: Iterable[float | None]) -> float | None:
    known = [each for each in found if each is not None]
    return round(sum(known) / len(known), 1) if known else None


def _overdue_row(
    view: View, each: Shortfall, newest: dict[tuple[str, str], float]
) -> dict[str, Any]:
    contract = view.city.datasets[each.dataset]
    return {
        "owner": _owner(view, each),
        "agency": each.owner,
        "name": contract.name,
        "dataset": each.dataset,
        "criterion": NAMES[each.criterion],  # type: ignore[index]
        "criterion_id": each.criterion,
        "score": newest.get((each.dataset, each.criterion)),
        "floor": each.floor,
        "since": each.since_us / MS,
        "source": {"dataset": each.dataset},
    }


def _item(view: View, each: Shortfall, newest: dict[tuple[str, str], float]) -> Item:
    contract = view.city.datasets[each.dataset]
    score = newest.get((each.dataset, each.criterion), each.score)
    severity: Status = "warning" if score < each.floor - FAR_BELOW else "caution"
    name = NAMES[each.criterion]  # type: ignore[index]
    owner = _owner(view, each)
    return {
        "id": f"{each.dataset}/{each.criterion}",
        "title": text(
            f"{contract.name['vi']}: {name['vi'].lower()} dưới sàn",
            f"{contract.name['en']}: {name['en'].lower()} below its floor",
        ),
        "kind": text("Chất lượng dữ liệu", "Data quality"),
        "severity": severity,
        "atMs": each.since_us / MS,
        "place": owner,
        "source": {"dataset": each.dataset},
    }


def _owner(view: View, each: Shortfall) -> Text:
    agency = view.city.agencies.get(each.owner)
    return text(each.owner, each.owner) if agency is None else agency.name


AGGREGATES = (
    Aggregate(SCORES, (), standing, label=text("Sáu tiêu chí dữ liệu", "Six criteria of data")),
    Aggregate(OVERDUE, (), overdue, label=text("Dữ liệu quá hạn", "Data overdue")),
)
