"""Fixtures of the tiles' tests: a stage that serves scenes, and the browser that looks at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.layouts.tiles.stage import Stage, served


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A page whose layout the tests set."""
    with served() as stage:
        yield stage
