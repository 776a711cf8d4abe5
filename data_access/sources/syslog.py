"""Logs of the city's servers, counted: failed and accepted log-ins and all events, a minute a host.

Who signed in is not kept. A minute in which a host wrote anything has all three counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import field_validator

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, Entity, Rejected
from data_access.sources.log_line import (
    Calendar,
    LineFault,
    LogLine,
    ReferenceYear,
    parse_line,
    without_secrets,
)
from data_access.sources.options import SourceOptions, ZoneName, zone_of
from data_access.sources.payload import good_files, load
from data_access.sources.rows import observations
from language import told

FORMAT = "syslog"
COUNTS = True  # counts of parts of a minute add up
INDICATORS = ("failed_logins", "accepted_logins", "events")
MAX_LINE = 65536
TOLERATED = 10  # bad lines that are no sign of another format, whatever their share
_REPEATED = re.compile(r"message repeated (\d{1,6}) times: ?\[? ?(.*?)\]?$", re.DOTALL)
_LAST_REPEATED = re.compile(r"(?:-- )?last message repeated (\d{1,6}) times")


class Options(SourceOptions):
    """`reference_year`, `timezone`: what RFC 3164 leaves out. Words that tell log-ins apart.

    The year is that of a file's first line, or "arrival": whichever is nearest to when it came.
    """

    reference_year: ReferenceYear = 2000
    timezone: ZoneName | None = None
    failed: tuple[str, ...] = (
        r"^Failed \S+ for ",
        r"^FAILED (?:LOGIN|SU)",
        r"^'su \S+' failed for ",
        r"[Aa]uthentication failed",
        r"[Ll]og-?in failed",
    )
    accepted: tuple[str, ...] = (r"^Accepted \S+ for ", r"[Ll]og-?in succeeded")

    @field_validator("failed", "accepted")
    @classmethod
    def _patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
        return patterns


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file: three counts for each minute and host that wrote something."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []
    for counts, refused in good_files(files, lambda path: _counted(path, options, city), rejected):
        hosts = sorted({host for _, host in counts.cells})
        entities = [Entity(host, host) for host in hosts]
        yield Batch(counts.frame(), entities=entities, rejected=[*rejected, *refused])
        rejected.clear()
    if rejected:
        yield Batch(rejected=rejected)


class _Words:
    """Patterns any of which says what a message is.

    Those that begin a message are looked for only there: half of all the time went into searching.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        begin = [pattern[1:] for pattern in patterns if pattern.startswith("^")]
        within = [pattern for pattern in patterns if not pattern.startswith("^")]
        self._begin = re.compile("|".join(begin)) if begin else None
        self._within = re.compile("|".join(within)) if within else None

    def are_in(self, message: str) -> bool:
        """Tell whether a pattern is found."""
        if self._begin is not None and self._begin.match(message) is not None:
            return True
        return self._within is not None and self._within.search(message) is not None


class _Counts:
    """Counts by (minute, host): failed, accepted, all, and the line they begin at."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self.cells: dict[tuple[int, str], list[int]] = {}
        self._failed = _Words(options.failed)
        self._accepted = _Words(options.accepted)
        self._last: dict[str, tuple[bool, bool]] = {}

    def add(self, line: LogLine, number: int) -> None:
        """Count one line; a repetition counts as often as it says."""
        host, message, times = line.host or "(none)", line.message, 1
        body = message.partition(": ")[2] or message  # without "sshd[24200]: "
        again = _LAST_REPEATED.match(body)
        if again is not None:
            is_failed, is_accepted = self._last.get(host, (False, False))
            times = int(again[1])
        else:
            repeated = _REPEATED.match(body)
            if repeated is not None:
                times, body = int(repeated[1]), repeated[2]
            is_failed = self._failed.are_in(body)
            is_accepted = not is_failed and self._accepted.are_in(body)
            self._last[host] = is_failed, is_accepted
        cell = self.cells.setdefault((line.minute, host), [0, 0, 0, number])
        cell[0] += times * is_failed
        cell[1] += times * is_accepted
        cell[2] += times

    def frame(self) -> pd.DataFrame:
        """Return the counts as observations, in the order of time."""
        keys = sorted(self.cells)
        counts = np.array([self.cells[key] for key in keys], dtype=np.int64).reshape(len(keys), 4)
        minutes = np.array([minute for minute, _ in keys], dtype="datetime64[m]")
        refs = np.array([f"{self.name}:{line}" for line in counts[:, 3]], dtype=object)
        each = len(INDICATORS)
        return observations(
            indicator=np.tile(np.array(INDICATORS, dtype=object), len(keys)),
            entity=np.repeat(np.array([host for _, host in keys], dtype=object), each),
            area=None,
            observed_at=np.repeat(minutes, each),
            value=counts[:, :each].reshape(-1),
            source_ref=np.repeat(refs, each),
        )


def _counted(path: Path, options: Options, city: City) -> tuple[_Counts, list[Rejected]]:
    payload = load(path)
    calendar = Calendar.of(path, options.reference_year, zone_of(options.timezone, city))
    counts = _Counts(payload.name, options)
    rejected: list[Rejected] = []
    lines = strange = 0
    for number, text in enumerate(payload.lines(), start=1):
        if not text.strip():
            continue
        lines += 1
        where = f"{payload.name}:{number}"
        if len(text) > MAX_LINE:
            detail = told(
                "{count} characters; expected at most {most}", count=len(text), most=MAX_LINE
            )
            rejected.append(Rejected(where, "badLine", detail, without_secrets(text)))
            strange += 1
            continue
        try:
            counts.add(parse_line(text, calendar), number)
        except LineFault as fault:
            strange += fault.reason == "badLine"
            rejected.append(Rejected(where, fault.reason, fault.detail, without_secrets(text)))
    if strange == lines or (strange > TOLERATED and strange * 2 > lines):
        found = told("{count} of {all} lines that are no log lines", count=strange, all=lines)
        raise SourceWrongFormat(found, payload.name, told("RFC 5424, RFC 3164 or CEF lines"))
    return counts, rejected
