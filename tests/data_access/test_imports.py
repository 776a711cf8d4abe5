"""What importing costs: processes that only read must not pay for those that ingest."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT


def said(code: str) -> str:
    """Return what a process that runs this prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["data_access.store", "data_access.cache", "callbacks.web"])
def test_who_only_reads_does_not_import_pandas(module: str) -> None:
    code = f"import sys, {module}; print('pandas' in sys.modules)"
    assert said(code) == "False"


def test_what_only_some_formats_need_is_loaded_with_their_first_file() -> None:
    code = (
        "import sys; from data_access.sources.registry import formats; formats(); "
        "print(sorted({'openpyxl', 'xlrd', 'google.transit'} & set(sys.modules)))"
    )
    assert said(code) == "[]"


def test_who_reads_a_city_and_none_of_its_sources_does_not_import_pandas() -> None:
    code = (
        "import sys; from data_access.opening import read_city; from settings import Settings; "
        "read_city(Settings()); print('pandas' in sys.modules)"
    )
    assert said(code) == "False"
