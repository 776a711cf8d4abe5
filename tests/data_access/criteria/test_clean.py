"""What was refused for its form, its codes or being told twice, and how that is counted."""

from __future__ import annotations

from tests.data_access.criteria.conftest import NOW, Bench, Record
from tests.data_access.criteria.rows import stations

AIR, REQUESTS = "environment.air", "feedback.requests"


def test_r05_repeated_unreadable_and_unknown_rows_are_each_counted_apart(bench: Bench) -> None:
    refused = {"duplicate": 1, "badLine": 2, "unknownArea": 4, "draft": 50}
    bench.feed(AIR, stations(4, values=[1.0, 2.0, 3.0, 4.0]), rejected=refused)
    scores = {part.name: part.score for part in bench.stand(AIR)["clean"].parts}
    assert scores == {"form": 66.7, "codes": 50.0, "once": 80.0, "spelling": 100.0}
    assert bench.stand(AIR)["clean"].score == 50.0


def test_records_of_a_category_nobody_knows_are_unclean(bench: Bench, record: Record) -> None:
    known = record("r1", NOW, body={"category": "trees"})
    strange = record("r2", NOW, body={"category": "dragons"})
    bench.feed(REQUESTS, records=[known, strange])
    part = bench.part(REQUESTS, "clean", "codes")
    assert part is not None
    assert part.score == 50.0
    assert part.evidence == ({"kind": "code", "id": "dragons", "count": 1},)
