"""The engine as a program: its own reason when it fails, nothing left when it is cancelled."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path

import pytest

from jobs.working import Cancelled, WorkFailed
from twin.traffic import engine


def nothing() -> None:
    """Nobody cancels."""


def test_a_failing_engine_is_quoted(tmp_path: Path) -> None:
    running = engine.start("sumo", ["--net-file", "none.net.xml"], tmp_path, timeout_s=20)
    with pytest.raises(WorkFailed, match=r"none\.net\.xml.*not accessible") as failed:
        engine.finish([running], nothing)
    assert failed.value.code == "engine"


def test_a_killed_engine_is_said_to_be_killed(tmp_path: Path) -> None:
    log = tmp_path / "sumo.log"
    log.write_text("Loading net-file...\n")
    assert "SIGKILL" in engine.said(log, -9)


def test_an_engine_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(WorkFailed, match="sumo of SUMO is not installed"):
        engine.start("sumo", [], tmp_path, timeout_s=1)


ENDLESS = ["--grid", "--grid.number", "400", "--output-file", "huge.net.xml"]  # takes minutes


def test_cancelling_leaves_no_engine(tmp_path: Path) -> None:
    running = engine.start("netgenerate", ENDLESS, tmp_path, timeout_s=60)

    def cancelled() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        engine.finish([running], cancelled)
    assert running.process.returncode == -signal.SIGKILL
    assert not running.is_late


def test_an_engine_out_of_time_is_told_to_stop(tmp_path: Path) -> None:
    running = engine.start("netgenerate", ENDLESS, tmp_path, timeout_s=0.05)
    engine.finish([running], nothing)
    assert running.is_late
    assert running.process.returncode is not None


def test_an_engine_that_waits_for_a_busy_machine_is_not_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = engine.start("netgenerate", ENDLESS, tmp_path, timeout_s=60)
    try:
        begun_s = time.monotonic()
        monkeypatch.setattr(engine.time, "monotonic", lambda: begun_s + 2 * 60)
        assert not running.poll()
        assert not running.is_late
        monkeypatch.setattr(engine.time, "monotonic", lambda: begun_s + engine.PATIENCE * 60 + 1)
        assert running.poll()  # for ever it does not wait either
        assert running.is_late
    finally:
        running.kill()
