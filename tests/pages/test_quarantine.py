"""The quarantine browser: what is seen by whom, and that each order is kept before it is done."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from data_access.quarantine import Order
from data_access.store.quarantine import Count, Done, Held
from operations.quarantine import AuditOrders
from tests.pages.browse import Client, nodes, words
from tests.pages.stand_in import NOW_MS

AIR, LOGINS = "environment.air", "security.logins"
OWNER, PLANNING = "nong-nghiep-moi-truong", "quy-hoach-kien-truc"
ROW = (
    '{"indicator":"pm25","entity":"Hồ Gươm","area":"00070",'
    '"observed_at":"2026-09-20 17:00:00+00:00",'
    '"value":4321.0,"quality":"good","source_ref":"air.csv:12"}'
)


@dataclass
class HeldThere:
    """Two datasets with rows in quarantine."""

    found: dict[int, Done] = field(default_factory=dict)
    then_us: int | None = None

    def counts(self, datasets, *, then_us=None):
        self.then_us = then_us
        made = [
            Count(AIR, OWNER, "outOfRange", "held", 41),
            Count(AIR, OWNER, "outOfRange", "released", 2),
            Count(LOGINS, "cong-an", "badTime", "held", 3),
        ]
        return [each for each in made if each.dataset in datasets]

    def rows(self, datasets, *, reason, states, offset, limit, then_us=None):
        row = ROW if reason != "badTime" else "Mar 10 sshd: from 0912345678 <b>"
        word = ("binh", "trạm ở gần đám cháy", 1_790_000_000_000_000)
        given = word if "released" in states else (None, None, None)
        made = [
            Held(number, datasets[0], OWNER, f"air.csv:{number}", reason or "outOfRange",
                 "pm25 of 'Hồ Gươm' is 4321 µg/m³; expected 0 to 1000", row,
                 1_789_999_000_000_000, states[0], *given)
            for number in range(30)
        ]  # fmt: skip
        return made[offset : offset + limit]

    def done(self, orders):
        return {each: done for each, done in self.found.items() if each in orders}


@pytest.fixture
def held(reach) -> HeldThere:
    made = HeldThere()
    object.__setattr__(reach, "held", made)
    return made


def send(client: Client, **form: str) -> str:
    given = {"dataset": AIR, "reason": "outOfRange", "do": "again", **form}
    answer = client.post("/data/quarantine/orders", given)
    assert answer.status_code == 303
    return answer.location


def asked(reach) -> list[Order]:
    return AuditOrders(reach.engine)(0)


def test_an_owner_is_called_by_its_whole_name(operator, held):
    held.counts = lambda datasets, then_us=None: [Count(AIR, PLANNING, "badTime", "held", 1)]
    tree = operator.page("/data/quarantine")
    assert "Sở Quy hoạch - Kiến trúc" in map(words, nodes(tree))


def test_rows_are_browsed_by_dataset_owner_and_reason(operator, held):
    told = words(operator.page("/data/quarantine"))
    assert "44 dòng đang giữ" in told
    assert "Chọn một bộ dữ liệu" in told
    tree = operator.page(f"/data/quarantine?dataset={AIR}&reason=outOfRange&agency={OWNER}")
    told = words(tree)
    assert "đã cho vào 2" in told
    assert "Hồ Gươm" in told
    assert "4.321\xa0µg/m³" in told
    assert "Phường Hoàn Kiếm" in told  # not its code
    assert "00:00:00 21/09/2026" in told  # by the city's clock
    groups = [n["props"] for n in nodes(tree) if n["props"].get("aria-current") == "true"]
    links = [each["href"] for each in groups if "held-group" in each["className"]]
    assert links == [f"/data/quarantine?dataset={AIR}&agency={OWNER}&reason=outOfRange"]
    assert "Trang sau" in told


def test_what_a_source_could_not_read_is_shown_as_it_came_without_telephones(operator, held):
    told = words(operator.page(f"/data/quarantine?dataset={LOGINS}&reason=badTime"))
    assert "Mar 10 sshd: from ••• <b>" in told
    assert "Lỗi này không thể bảo lãnh" in told


def test_who_let_a_row_in_is_said_with_the_reason(operator, held):
    told = words(operator.page(f"/data/quarantine?dataset={AIR}&reason=outOfRange&state=released"))
    assert "binh cho vào lúc" in told
    assert "trạm ở gần đám cháy" in told


def test_an_override_is_asked_by_a_named_person_with_a_reason_and_kept(operator, held, reach):
    assert "problem=why" in send(operator, do="override", why="đúng")
    assert asked(reach) == []
    assert "problem" not in send(operator, do="override:17", why="trạm ở gần đám cháy")
    (order,) = asked(reach)
    assert (order.mode, order.rows, order.by) == ("override", (17,), "operator")
    assert order.why == "trạm ở gần đám cháy"
    told = words(operator.page("/data/quarantine"))
    assert "đang làm…" in told


def test_what_came_of_an_order_is_said_and_written_down_once(operator, held, reach):
    send(operator)
    (order,) = asked(reach)
    held.found = {order.order_id: Done(order.order_id, AIR, 41, 12, round(NOW_MS * 1000))}
    for _ in range(2):
        assert "xong: cho vào 12 trong 41 dòng" in words(operator.page("/data/quarantine"))
    rows = reach.audit.recent(action="quarantine.release")
    assert [row["outcome"] for row in rows] == ["ok", "asked"]
    assert rows[0]["detail"] == {"checked": 41, "released": 12}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"reason": "badTime", "do": "override", "why": "đúng như vậy"}, "structural"),
        ({"do": "burn"}, "invalid"),
        ({"do": "again:many"}, "invalid"),
        ({"dataset": "no.such"}, "forbidden"),
    ],
)
def test_what_cannot_be_ordered_is_refused(operator, held, reach, form, code):
    assert f"problem={code}" in send(operator, **form)
    assert asked(reach) == []


@pytest.mark.parametrize("user", ["viewer", "presenter", "leader"])
def test_quarantine_is_for_those_who_keep_the_data(server, held, reach, user):
    client = Client(server).sign_in(user)
    assert "4321" not in words(client.page(f"/data/quarantine?dataset={AIR}"))
    assert "problem=forbidden" in send(client)
    assert asked(reach) == []


@pytest.mark.parametrize(
    "query",
    [
        "dataset=../x",
        "page=-3",
        "page=99999999999",
        "state=burnt",
        "agency=%00",
        "reason=" + "x" * 999,
    ],
)
def test_any_address_is_answered(operator, held, query):
    assert words(operator.page(f"/data/quarantine?{query}"))
