"""What all tests share: where the city folder, the small lake and the real files are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
# No test is timed: a busy machine makes no test fail.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SMALL_LAKE = ROOT / "tests" / "fixtures" / "lake"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files (IOC_TEST_DATA); tests that need it skip, or fail under CI."""
    folder = Path(os.environ.get("IOC_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        reason = f"no real files in {folder}; IOC_TEST_DATA names their folder"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
