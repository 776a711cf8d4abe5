"""Asking again and again: nothing is lost between an answer and the store, failures back off."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from data_access.errors import IntakeError
from data_access.intake import spool as spool_module
from data_access.intake.health import FIRST_S, LONGEST_S, HealthBook, back_off_s
from data_access.intake.polling import Fetched, Polling
from data_access.intake.spool import Arrival, Spool

NOW_S = 1_795_000_000.0


class Source:
    """Answers or fails as told."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self.says: Fetched | Exception = Fetched([Arrival("n", b"1", 1)], {"etag": "x"}, 1)

    async def __call__(self, state: Mapping[str, Any]) -> Fetched:
        self.asked.append(state)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def polling(tmp_path: Path, source: Source) -> Iterator[Polling]:
    spool, health = Spool(tmp_path / "spool.sqlite"), HealthBook(lambda: NOW_S)
    spool.begin("a", 0)
    health.add("a", "url", "https://a.test")
    yield Polling("a", "url", 60.0, source, spool, health, chance=lambda: 1.0)
    spool.close()


def test_an_answer_is_kept_with_the_state_to_go_on_from(polling: Polling, source: Source) -> None:
    assert asyncio.run(polling.once()) is None
    assert polling.spool.waiting("a") == 1
    asyncio.run(polling.once())
    assert source.asked == [{}, {"etag": "x"}]
    health = polling.health.of("a", "url")
    assert (health.last_success_us, health.payloads, health.size) == (NOW_S * 1e6, 2, 2)


def test_failures_leave_it_alone_longer_and_longer_and_say_why(
    polling: Polling, source: Source
) -> None:
    source.says = IntakeError("HTTP 500")
    waits = [asyncio.run(polling.once()) for _ in range(12)]
    assert waits[:3] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S]
    assert waits[-1] == LONGEST_S
    health = polling.health.of("a", "url")
    assert (health.failures, health.error) == (12, "HTTP 500")
    assert health.until_us == (NOW_S + LONGEST_S) * 1e6
    assert polling.health.error("a") == "HTTP 500"
    source.says = Fetched()
    asyncio.run(polling.once())
    assert polling.health.error("a") is None


def test_a_source_may_ask_for_more_patience_but_not_for_days(
    polling: Polling, source: Source
) -> None:
    source.says = IntakeError("HTTP 503", retry_after_s=120)
    assert asyncio.run(polling.once()) == 120
    source.says = IntakeError("HTTP 503", retry_after_s=1e9)
    assert asyncio.run(polling.once()) == 6 * 3600


def test_a_fault_of_ours_is_a_failure_too_and_shows_no_value(
    polling: Polling, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    source.says = KeyError("hunter2")
    assert asyncio.run(polling.once()) == FIRST_S
    assert polling.health.of("a", "url").error == "failed: KeyError"
    assert "a: url: failed: KeyError" in caplog.text


def test_a_source_is_not_asked_while_the_store_is_behind(
    polling: Polling, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(polling.once())
    monkeypatch.setattr(spool_module, "MOST_WAITING", 0)
    asyncio.run(polling.once())
    assert len(source.asked) == 1


def test_it_is_asked_at_once_when_wanted(polling: Polling, source: Source) -> None:
    async def wanted() -> None:
        keeping = asyncio.create_task(polling.keep())
        for asked in (1, 2, 3):
            while len(source.asked) < asked:
                await asyncio.sleep(0)
            polling.ask()
        keeping.cancel()

    asyncio.run(asyncio.wait_for(wanted(), 30))


def test_sources_that_failed_together_are_not_tried_together() -> None:
    assert back_off_s(3, chance=lambda: 0.0) == back_off_s(3, chance=lambda: 1.0) / 2
    assert back_off_s(10_000, chance=lambda: 1.0) == LONGEST_S
