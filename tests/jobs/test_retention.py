"""What is kept of jobs: a number of each kind, a number of bytes of all, never what goes on."""

from __future__ import annotations

from jobs.retention import tidy
from jobs.tables import job as table
from permissions.database import writing
from tests.jobs.conftest import KINDS, NOW_MS, TITLE
from tests.jobs.found import finding


def run(store, claims, kind, number):
    job = store.ask(kind, {"n": number}, "hoa", NOW_MS + number, title=TITLE)
    claim = claims.claim("w", KINDS, NOW_MS, job_id=job.id)
    claims.fail(claim, "engine", "", NOW_MS + number)
    return job.id


def test_the_newest_of_a_kind_are_kept_and_the_others_go_with_their_findings(
    engine, store, claims, found
):
    ids = [run(store, claims, "fresh", number) for number in range(4)]
    for job_id in ids:
        found.publish(finding(f"twin.run.{job_id}", 1), job_id, NOW_MS)
    pair = f"twin.run.{ids[0]}-{ids[3]}"  # what a run alone has found, and what it and another
    found.publish(finding(pair, 1), ids[0], NOW_MS)
    waiting = store.ask("fresh", {"n": 9}, "hoa", NOW_MS, title=TITLE).id
    assert tidy(engine, kinds=KINDS) == 2
    assert {job.id for job in store.recent()} == {waiting, *ids[2:]}
    assert set(found.versions()) == {f"twin.run.{each}" for each in ids[2:]}


def test_all_together_take_no_more_than_so_many_bytes(engine, store, claims):
    ids = [run(store, claims, "add", number) for number in range(3)]
    with writing(engine) as connection:
        connection.execute(table.update().values(kept_bytes=400))
    assert tidy(engine, kinds=KINDS, most_bytes=1000) == 1
    assert {job.id for job in store.recent()} == set(ids[1:])
