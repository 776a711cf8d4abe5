"""A forecast said once more by the running room, while new rows come all the time: the same."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from jobs.job import State
from jobs.store import JobStore
from permissions.database import connect_operations
from tests.processes.started import until
from tests.room.house import Room, Windows

pytestmark = pytest.mark.browser

ID = "traffic-speed"
NAME = f"forecast.{ID}"
TITLE = {"vi": "Dự báo", "en": "Forecasts"}


def test_r57_a_forecast_is_said_again_from_its_passport_and_comes_out_the_same(
    room: Room, windows: Windows
) -> None:
    engine = connect_operations(room.settings.operations_url)
    try:
        jobs, inputs = JobStore(engine, city=room.settings.city), {"only": [ID]}
        asked = jobs.ask("forecast", inputs, "schedule", time.time() * 1000, title=TITLE)

        def is_done() -> bool:
            job = jobs.find(asked.id)
            assert job is not None
            assert not job.reason, job.reason
            return job.state == State.DONE

        until(is_done, within_s=180)
    finally:
        engine.dispose()
    leader = windows.sign_in("leader", f"{room.origin}/data/forecasts", touch=True)
    card = leader.locator(f"a[href*='forecast={ID}&series=']").first
    expect(card).to_be_visible()  # once feed has taken the finding over
    card.tap()
    leader.locator(f".passport-key[data-passport^='{NAME}:']").tap()
    expect(leader.locator("#passport-again-key")).to_be_visible()
    leader.locator("#passport-again-key").tap()
    verdict = leader.locator("#passport-again .passport-verdict")
    expect(verdict).to_be_visible(timeout=120_000)
    expect(verdict).not_to_have_class("passport-verdict is-problem")
    windows.close(leader)
