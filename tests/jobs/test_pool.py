"""Jobs in real processes: whatever happens to one, it is said, and nothing of it is left."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import psutil
import pytest

from jobs.canonical import MOST_BYTES, canonical, hash_of
from jobs.job import State
from jobs.lowly import BY_ITSELF, FOR_PEOPLE, has_memory
from jobs.pool import pool_name
from jobs.worker import FOLDER
from tests.jobs.conftest import NOW_MS, TITLE, ended, pool_of, until
from tests.processes.started import until as waits


@pytest.fixture
def pool(desk):
    with pool_of(desk):
        yield


@pytest.fixture
def ask(store):
    return lambda kind, **inputs: store.ask(kind, inputs, "hoa", NOW_MS, title=TITLE)


def gone(pids):
    """Tell whether none of these processes runs any more."""
    return not any(has_memory(pid) for pid in pids)


def scratch(settings):
    """What lies in the folder of scratch, but of the process that waits."""
    return [each for each in (settings.data_dir / FOLDER).glob("*") if any(each.iterdir())]


def test_work_is_done_and_its_scratch_gone(pool, store, ask, settings):
    done = ended(store, ask("add", a=1, b=2))
    assert (done.state, done.result, done.progress) == (State.DONE, {"sum": 3}, 1.0)
    assert done.result_hash == hash_of(canonical({"sum": 3}))
    assert done.attempt == 1
    assert scratch(settings) == []


def test_a_process_that_waits_has_opened_what_it_will_be_asked_of(pool, store, ask, settings):
    assert ended(store, ask("warmed")).result == {"warmed": [str(settings.data_dir)]}


def test_the_engines_own_reason_is_said_and_it_is_not_tried_again(pool, store, ask, tmp_path):
    failed = ended(store, ask("refuse", file=str(tmp_path / "tries")))
    assert (failed.state, failed.code) == (State.FAILED, "engine")
    assert failed.reason == "Error 317: node J1 has no outlet."
    assert (tmp_path / "tries").read_text() == "tried\n"


def test_a_killed_worker_is_tried_once_more(pool, store, ask, tmp_path):
    done = ended(store, ask("once", file=str(tmp_path / "been"), always=False))
    assert (done.state, done.attempt, done.result) == (State.DONE, 2, {"again": True})


def test_a_worker_killed_twice_is_said(pool, store, ask, tmp_path):
    failed = ended(store, ask("once", file=str(tmp_path / "been"), always=True))
    assert (failed.state, failed.code, failed.attempt) == (State.FAILED, "workerKilled", 2)


def test_a_worker_killed_from_outside_leaves_no_process(pool, store, ask, settings):
    job = ask("wait")
    first = until(store, job, lambda known: known.partial)
    os.kill(first.partial["pids"][0], signal.SIGKILL)
    second = until(store, job, lambda known: known.attempt == 2 and known.partial)
    assert gone(first.partial["pids"])
    assert not Path(first.partial["at"]).exists()
    store.cancel(job.id, NOW_MS)
    assert ended(store, job).state == State.CANCELLED
    assert gone(second.partial["pids"])
    assert scratch(settings) == []


def test_cancelling_ends_engines_and_what_left_the_group(pool, store, ask, settings):
    job = ask("wait")
    running = until(store, job, lambda known: known.partial)
    store.cancel(job.id, NOW_MS)
    assert ended(store, job).state == State.CANCELLED
    assert gone(running.partial["pids"])
    assert scratch(settings) == []


def test_what_is_cancelled_before_it_has_begun_never_runs_on(pool, store, ask, settings):
    for state in (State.QUEUED, State.RUNNING):
        job = ask("wait", until=state)
        until(store, job, lambda known, least=state: known.state >= least)
        store.cancel(job.id, NOW_MS)
        assert ended(store, job).state == State.CANCELLED
    assert ended(store, ask("add", a=1, b=1)).result == {"sum": 2}
    assert scratch(settings) == []


def test_a_timeout_says_so(pool, store, ask, settings):
    failed = ended(store, ask("short"))
    assert (failed.state, failed.code) == (State.FAILED, "tooLong")
    assert "0.5 s" in failed.reason
    assert failed.attempt == 1
    assert scratch(settings) == []


def test_a_result_too_large_is_refused_clearly(pool, store, ask):
    failed = ended(store, ask("large", bytes=MOST_BYTES + 1))
    assert (failed.state, failed.code) == (State.FAILED, "tooLarge")
    assert "64" in failed.reason


ODD = {
    "prints": (State.DONE, ""),
    "forks": (State.DONE, ""),
    "chatters": (State.DONE, ""),
    "exits": (State.FAILED, "defect"),
    "leaves": (State.FAILED, "crashed"),
    "crashes": (State.FAILED, "crashed"),
    "unspeakable": (State.FAILED, "defect"),
    "interrupts": (State.FAILED, "defect"),
    "closes": (State.FAILED, "crashed"),
    "names by number": (State.FAILED, "notPlain"),
    "a list": (State.FAILED, "notPlain"),
}


def test_odd_work_harms_nobody(pool, store):
    asked = {
        how: store.ask("odd", {"how": how}, f"asker of {how}", NOW_MS, title=TITLE) for how in ODD
    }
    after = store.ask("add", {"a": 2, "b": 2}, "hoa", NOW_MS + 1, title=TITLE)
    found = {how: ended(store, job) for how, job in asked.items()}
    assert {how: (job.state, job.code) for how, job in found.items()} == ODD
    assert {job.attempt for job in found.values()} == {1}
    assert ended(store, after).result == {"sum": 4}


def test_what_is_found_goes_when_its_run_came_to_nothing(pool, store, ask, found):
    assert ended(store, ask("find", name="twin.latest.traffic", number=1)).state == State.DONE
    kept = found.versions()
    failed = ended(store, ask("find", name="twin.latest.traffic", number=2, fails=True))
    assert failed.state == State.FAILED
    assert found.versions().keys() == kept.keys()
    refused = ended(store, ask("find", name="transport.speed", number=3))
    assert (refused.state, refused.code) == (State.FAILED, "notFinding")


def test_a_pool_that_is_told_to_end_gives_its_job_back_whole(desk, store, ask, settings):
    job = ask("wait")
    with pool_of(desk):
        running = until(store, job, lambda known: known.partial)
    waiting = store.find(job.id)
    assert (waiting.state, waiting.attempt, waiting.partial) == (State.QUEUED, 0, None)
    assert gone(running.partial["pids"])
    assert list((settings.data_dir / FOLDER).glob("*")) == []


def test_what_runs_by_itself_leaves_a_place_for_people_and_gives_way(desk, store):
    by_itself = [
        store.ask("wait", {"n": number}, "schedule", NOW_MS, title=TITLE, is_scheduled=True)
        for number in (1, 2)
    ]
    with pool_of(desk, at_once=2):
        person = store.ask("wait", {}, "hoa", NOW_MS, title=TITLE)
        asked = until(store, person, lambda known: known.partial)
        states = sorted(store.find(job.id).state for job in by_itself)
        assert states == [State.QUEUED, State.RUNNING]
        (running,) = [job for job in by_itself if store.find(job.id).state == State.RUNNING]
        slow = until(store, running, lambda known: known.partial)
        nice = [psutil.Process(job.partial["pids"][1]).nice() for job in (asked, slow)]
        assert nice == [max(FOR_PEOPLE, os.nice(0)), BY_ITSELF]  # as whoever runs the tests


def test_while_nobody_may_ask_no_process_waits_and_jobs_are_done_all_the_same(desk, store):
    is_awaited = threading.Event()
    with pool_of(desk, is_awaited=lambda _now_ms: is_awaited.is_set()):
        job = store.ask("wait", {}, "hoa", NOW_MS, title=TITLE)
        running = until(store, job, lambda known: known.partial)
        store.cancel(job.id, NOW_MS)
        ended(store, job)
        waits(lambda: gone(running.partial["pids"]) and not workers())
        is_awaited.set()
        waits(workers)
        is_awaited.clear()
        waits(lambda: not workers())


def workers():
    """The worker processes there are."""
    return [each for each in psutil.Process().children() if is_worker(each)]


def is_worker(process):
    try:
        return "jobs.child" in process.cmdline()
    except psutil.NoSuchProcess:  # ended since it was listed
        return False


def test_pools_are_told_apart_by_folder_and_kind(settings, tmp_path):
    other = settings.model_copy(update={"data_dir": tmp_path / "other"})
    names = {pool_name(settings), pool_name(other), pool_name(settings, of="celery")}
    assert len(names) == 3
