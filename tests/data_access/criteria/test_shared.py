"""What the catalogue says of data, who asked for it and got it, and who uses it."""

from __future__ import annotations

from data_access.criteria.part import Use
from data_access.criteria.shared import entries
from tests.data_access.criteria.conftest import NOW, Bench
from tests.data_access.criteria.rows import stations

AIR, RAIN = "environment.air", "environment.rain"


def test_what_the_catalogue_does_not_say_is_named(bench: Bench) -> None:
    bench.feed(AIR, stations(1, values=[1.0]))
    part = bench.part(AIR, "shared", "catalogue", shown_in=[AIR])
    assert part is not None
    missing = {found["id"] for found in part.evidence}
    assert missing == {"steward", "deputy", "phone", "licence"}
    assert part.score == 60.0
    bench.promise(AIR, phone="024 1022", licence="CC-BY-4.0", deputy="y-te", steward="y-te")
    assert all(entries(bench.city.datasets[AIR], bench.city).values())
    assert bench.stand(AIR, shown_in=[AIR])["shared"].score == 100.0


def test_r08_refusing_those_who_ask_for_shared_data_is_not_sharing(bench: Bench) -> None:
    bench.feed(RAIN, [("rain_mm", "a", "00070", NOW, 1.0)])
    asked = Use(people=2, answered=1, refused=3)
    part = bench.part(RAIN, "shared", "access", use=asked)
    assert part is not None
    assert part.score == 25.0
    bench.promise(RAIN, share="private")
    assert bench.part(RAIN, "shared", "access", use=asked) is None


def test_data_that_nobody_uses_is_not_shared(bench: Bench) -> None:
    bench.feed(AIR, stations(1, values=[1.0]))
    assert bench.stand(AIR)["shared"].score == 0.0
    assert bench.stand(AIR, use=Use(people=1, answered=1))["shared"].score == 60.0


def test_an_aggregate_that_nobody_looks_at_is_half_a_use(bench: Bench) -> None:
    bench.feed(AIR, stations(1, values=[1.0]))
    part = bench.part(AIR, "shared", "used", shown_in=[AIR], use=Use())
    assert part is not None
    assert (part.score, part.evidence) == (50.0, ({"kind": "unseen"},))
    assert not bench.stand(AIR, shown_in=[AIR], use=Use())["shared"].is_short
    seen = bench.part(AIR, "shared", "used", shown_in=[AIR], use=Use(people=3, answered=3))
    assert seen is not None
    assert (seen.score, seen.wrong) == (100.0, 0)
