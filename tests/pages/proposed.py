"""Signal plans that were proposed: one waits, one is approved, one was rejected."""

from __future__ import annotations

from callbacks.desk import Desk
from jobs.store import JobStore
from operations.proposals import APPROVE, REJECT, Proposals

PATHS = (
    "/signals",
    "/signals?new=1",
    "/signals?junction=CAM-N02&problem=invalidArgs&cycle=90",
)
REASONS = (
    "Hàng chờ hướng Tôn Đức Thắng dài trên 300 m từ 17 giờ, pha chính thiếu xanh",
    "Sự kiện ở sân vận động cuối tuần: kéo dài pha thoát xe",
    "Thử chu kỳ ngắn ban đêm",
)


def tell(desk: Desk) -> None:
    """Keep the proposals in the audit of `desk`, each by its own people."""
    kept, at_ms = Proposals(desk.audit), desk.now_ms() - 3 * 3_600_000
    people = {name: desk.people.find(name) for name in ("operator", "leader", "administrator")}
    title = {"vi": "Nguyễn Thái Học: chu kỳ 90 giây", "en": "Nguyễn Thái Học: cycle of 90 s"}
    store = JobStore(desk.engine, city=desk.settings.city)
    run = store.ask("twin.traffic", {}, "operator", at_ms, title=title)
    made = []
    for number, reason in enumerate(REASONS):
        who = people["operator"]
        assert who is not None
        plan = {"junction": f"CAM-N{number + 2:02}", "plan": "Cao điểm chiều", "cycleS": 90,
                "splitsS": [50, 40], "offsetS": 5 + number}  # fmt: skip
        made.append(
            kept.propose(plan, reason, who=who, address="127.0.0.1", now_ms=at_ms + number,
                         run="" if number else run.id)
        )  # fmt: skip
    deeds = ((0, "leader", APPROVE), (1, "leader", APPROVE), (1, "administrator", APPROVE),
             (2, "leader", REJECT))  # fmt: skip
    for number, name, deed in deeds:
        who = people[name]
        assert who is not None
        kept.decide(
            made[number].proposal_id, deed, who=who, address="127.0.0.1", now_ms=at_ms + 60_000
        )
