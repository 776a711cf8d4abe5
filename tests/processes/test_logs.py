"""Lines of roles: led by their severity for the parent, plain for a person."""

from __future__ import annotations

import logging

import pytest
import structlog

from processes.logs import DEBUG, ERROR, INFO, Formatter, hush, split_lead


def _record(level: int, message: str, *, error: Exception | None = None) -> logging.LogRecord:
    info = (type(error), error, None) if error else None
    return logging.LogRecord("feed", level, __file__, 1, message, None, info)


def test_a_line_is_led_by_its_severity_under_the_parent() -> None:
    severity, line = split_lead(Formatter(leads=True).format(_record(logging.ERROR, "lost")))
    assert severity == ERROR
    assert line.endswith("ERROR feed: lost")


def test_only_the_first_line_of_an_error_comes_in_front() -> None:
    record = _record(logging.ERROR, "lost", error=ValueError("what"))
    leads = [split_lead(line)[0] for line in Formatter(leads=True).format(record).split("\n")]
    assert leads[0] == ERROR
    assert set(leads[1:]) == {DEBUG}


def test_alone_a_line_has_no_lead() -> None:
    text = Formatter(leads=False).format(_record(logging.WARNING, "late"))
    assert split_lead(text) == (INFO, text)


def test_what_others_print_counts_as_information() -> None:
    assert split_lead("<not a lead> hello") == (INFO, "<not a lead> hello")
    assert split_lead("") == (INFO, "")


def test_beside_an_answer_only_what_is_wrong_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    hush()
    log = structlog.get_logger()
    log.debug("no controller", url="ws://here")
    log.warning("the controller says", fields={})
    said = capsys.readouterr()
    assert said.out == ""
    assert "the controller says" in said.err
    assert "no controller" not in said.err
    structlog.reset_defaults()
