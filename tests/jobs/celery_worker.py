"""A Celery worker with the tests' kinds of work: `python -m tests.jobs.celery_worker`."""

from __future__ import annotations

from jobs.queue import work
from settings import load_settings
from tests.jobs.conftest import KINDS

if __name__ == "__main__":
    work(load_settings(env_file=None), kinds=KINDS)
