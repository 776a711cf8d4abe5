"""`twin rerun` does a run again and compares; `job` lists, shows and ends jobs."""

from __future__ import annotations

from argparse import Namespace

import orjson
import pytest

from jobs.canonical import canonical, hash_of, pack
from jobs.claims import Claims, Made
from jobs.store import JobStore
from permissions.database import open_operations
from processes import job_commands, twins
from processes.errors import configuration_sentence
from processes.job_commands import NoJob
from settings import Settings
from tests.jobs.conftest import KINDS, NOW_MS, TITLE

RIGHT = {"sum": 3}


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path)


@pytest.fixture
def engine(settings):
    opened = open_operations(settings.operations_url)
    yield opened
    opened.dispose()


@pytest.fixture
def done(engine, settings):
    """Return a job as if it had been done with this result."""

    def make(result, kind="add"):
        store, claims = JobStore(engine, city=settings.city, kinds=KINDS), Claims(engine)
        job = store.ask(kind, {"a": 1, "b": 2}, "hoa", NOW_MS, title=TITLE)
        claim = claims.claim("w", KINDS, NOW_MS)
        said = canonical(result)
        made = Made(pack(said), hash_of(said), len(said), job.versions, claim.key)
        claims.finish(claim, made, NOW_MS + 1500)
        return job.id

    return make


def rerun(settings, job_id):
    return twins.perform(settings, Namespace(task="rerun", job_id=job_id), kinds=KINDS)


def test_a_run_that_comes_out_the_same_is_right(settings, done):
    said, is_right = rerun(settings, done(RIGHT))
    assert is_right
    assert said.count(hash_of(canonical(RIGHT))) == 2


def test_a_run_that_comes_out_otherwise_is_not(settings, done):
    said, is_right = rerun(settings, done({"sum": 4}))
    assert not is_right
    assert "NOT the same" in said


def test_what_is_not_done_or_not_there_cannot_be_done_again(settings, engine):
    waiting = JobStore(engine, kinds=KINDS).ask("add", {}, "hoa", NOW_MS, title=TITLE)
    for job_id in (waiting.id, "nowhere"):
        with pytest.raises(NoJob) as refused:
            rerun(settings, job_id)
        assert configuration_sentence(refused.value)


def test_what_rows_decide_cannot_be_compared(settings, done):
    with pytest.raises(NoJob, match="not comparable"):
        rerun(settings, done(RIGHT, "fresh"))


def test_jobs_are_listed_shown_and_told_to_end(settings, engine, done):
    def job(task, **more):
        chosen = {"kind": None, "limit": 10, "result": False} | more
        return job_commands.perform(settings, Namespace(task=task, **chosen))

    assert job("list") == "Nobody has asked for a job yet."
    job_id = done(RIGHT)
    assert f"{job_id}  " in job("list")
    assert "1.5 s" in job("list", kind=["add"])
    assert orjson.loads(job("show", job_id=job_id))["state"] == "done"
    assert orjson.loads(job("show", job_id=job_id, result=True)) == RIGHT
    assert "told to end" in job("cancel", job_id=job_id)
    with pytest.raises(NoJob):
        job("show", job_id="nowhere")
