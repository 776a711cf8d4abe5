"""Word of jobs for Celery: what is lost is sent again (as a whole: processes/test_jobs.py)."""

from __future__ import annotations

import pytest

from jobs.queue import RESEND_S, Dispatcher
from tests.jobs.conftest import NOW_MS, TITLE


@pytest.fixture
def ask(store):
    return lambda kind, **inputs: store.ask(kind, inputs, "hoa", NOW_MS, title=TITLE)


def test_what_waits_is_sent_once_and_again_after_a_while(ask, claims):
    sent = []
    dispatcher = Dispatcher(claims, lambda each: sent.append((each.job_id, each.attempt)))
    job = ask("add", a=1, b=1)
    for second in range(3):
        dispatcher.step(NOW_MS + second * 1000)
    assert sent == [(job.id, 0)]
    dispatcher.step(NOW_MS + RESEND_S * 1000)
    assert len(sent) == 2
