"""Names of realms and what time it is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.envelope import LIVE
from data_access.realms.realm import (
    RealmClock,
    is_beside,
    is_exercise,
    known_at_ms,
    known_realm,
    published,
    read_published,
)

T0 = 1_790_000_000_000.0
NAMES = st.from_regex(r"[a-z]+\.[a-z_]+", fullmatch=True)
REALMS = st.one_of(
    st.just(LIVE),
    st.from_regex(r"exercise:[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", fullmatch=True),
    st.integers(0, 4_000_000_000).map(lambda at_s: known_realm(at_s * 1000)),
)


@given(realm=REALMS, name=NAMES)
def test_a_published_name_says_its_realm_and_aggregate(realm: str, name: str) -> None:
    said = published(realm, name)
    assert read_published(said) == (realm, name)
    assert (said == name) == (realm == LIVE)


@pytest.mark.parametrize(
    "realm", ["", "live", "exercise:", "exercise:A", "exercise:-a", "exercise:a:b", "known:1"]
)
def test_what_is_no_realm_beside_live(realm: str) -> None:
    assert not is_beside(realm)


def test_a_minute_names_what_was_known_then() -> None:
    realm = known_realm(T0 + 59_999)
    assert 0 <= T0 + 59_999 - (known_at_ms(realm) or 0.0) < 60_000
    assert known_realm(known_at_ms(realm) or 0.0) == realm
    assert is_beside(realm)
    assert not is_exercise(realm)
    assert known_at_ms("known:20269999T9999Z") is None


def test_a_clock_runs_at_its_speed_stands_at_its_end_and_never_goes_back() -> None:
    clock = RealmClock(at_ms=1000.0, glass_ms=T0, speed=60.0, to_ms=T0 + 90_000)
    assert clock.glass(1000.0) == T0
    assert clock.glass(2000.0) == T0 + 60_000
    assert clock.glass(9000.0) == T0 + 90_000
    assert clock.glass(0.0) == T0
    held = RealmClock(at_ms=1000.0, glass_ms=T0, speed=0.0, to_ms=T0 + 90_000)
    assert held.glass(5000.0) == T0
    body = {"atMs": 1000.0, "glassAtMs": T0, "speed": 60, "toAtMs": T0 + 90_000}
    assert RealmClock.of(body, behind_ms=1000.0).glass(1000.0) == T0 + 60_000
