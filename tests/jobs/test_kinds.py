"""The kinds of work that are offered are there, with their engines; the others are not offered."""

from __future__ import annotations

import pytest

from jobs.kinds import KINDS, offered
from jobs.perform import find_work
from jobs.versions import versions_of
from tests.conftest import ROOT
from tests.jobs.conftest import KINDS as TEST_KINDS


@pytest.mark.parametrize("kind", offered().values(), ids=lambda kind: kind.name)
def test_a_kind_that_is_offered_has_its_work_and_its_engines(kind):
    assert callable(find_work(kind.work))
    assert "none" not in versions_of(kind, ROOT / "city").values()


def test_the_twins_and_analytics_of_this_room_are_offered():
    assert offered().keys() == KINDS.keys()


def test_a_kind_whose_module_is_missing_is_not_offered():
    assert "nobody" not in offered(TEST_KINDS)
    assert "add" in offered(TEST_KINDS)
