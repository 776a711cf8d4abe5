"""Looking for new and changed partitions of a lake's table, and having DuckDB aggregate those.

Only the answer and the partition's name travel; the rows stay in the lake. DuckDB runs in a process
of its own (lake_scan.py), bounded in memory and time.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from data_access.durations import duration_s
from data_access.errors import IntakeError
from data_access.intake import lake_scan
from data_access.intake.absence import TABLE, Absence, absence, prints
from data_access.intake.partition import Kind, Partition, Place
from data_access.intake.polling import Fetched
from data_access.intake.spool import Arrival
from data_access.intake.ways import LakeWay
from language import Told, told

MOST_AT_ONCE = 50  # partitions for one process …
MOST_BYTES = 512 * 1024 * 1024  # … and of their files
THREADS = 2


@dataclass(frozen=True, slots=True)
class LakeFetch:
    """Looks at one table; a Fetch of Polling. `scratch` is a folder of its own."""

    way: LakeWay
    kind: Kind
    place: Place
    scratch: Path
    clock: Callable[[], float]
    again: set[str] = field(default_factory=set)  # partitions to be read though they are as before

    async def __call__(self, state: Mapping[str, Any]) -> Fetched:
        """Return the answers for partitions that are new or changed, and which are gone for good.

        Raises IntakeError.
        """
        found = await self.place.partitions(self.kind)
        if not found and self.way.gone == "withdrawn" and prints(state):
            raise IntakeError(told("{path} is empty; what it said stays", path=self.way.path))
        was = prints(state)
        known = {each.ref: was.get(each.ref, "") for each in found}
        self.again.intersection_update(known)
        changed = [
            each for each in found if known[each.ref] != each.print or each.ref in self.again
        ]
        chosen: list[Partition] = []
        arrivals: list[Arrival] = []
        wrong: list[Told] = []
        if changed:
            changed.sort(key=lambda each: -each.changed_ns)  # what is new is on glass first
            chosen = list(_first(changed))
            arrivals, read, wrong = await self._read(chosen, was)
            known |= read
            self.again.difference_update(read)
        kept = {ref: mark for ref, mark in known.items() if mark}
        size = sum(len(each.body) for each in arrivals)
        away = self._absence(state, known)
        is_all_read = len(chosen) == len(changed) and not wrong
        gone = away.gone[:MOST_AT_ONCE] if is_all_read else ()
        at_us = int(self.clock() * 1_000_000)
        # After what is there now: that may say what another partition said.
        arrivals += [Arrival(ref, b"", at_us, "gone", part=ref) for ref in gone]
        kept |= {ref: mark for ref, mark in away.away.items() if ref not in gone}
        return Fetched(
            arrivals,
            {TABLE: self.place.where, **kept},
            size,
            more=len(chosen) < len(changed) or (is_all_read and len(gone) < len(away.gone)),
            error=_one_of(wrong),
        )

    def _absence(self, state: Mapping[str, Any], there: Collection[str]) -> Absence:
        """Return what is away; of another table than before nothing is."""
        if self.way.gone == "kept" or state.get(TABLE, self.place.where) != self.place.where:
            return Absence({}, ())
        after_s = duration_s(self.way.gone_after)
        return absence(state, there, now_s=self.clock(), after_s=after_s)

    async def _read(
        self, chosen: Sequence[Partition], was: Mapping[str, str]
    ) -> tuple[list[Arrival], dict[str, str], list[Told]]:
        """Return the answers, how the partitions that gave one are, and why others gave none."""
        at_us = int(self.clock() * 1_000_000)
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        try:
            said = await self._scan(chosen)
            arrivals = [
                self._arrival(at, each["ref"], at_us)
                for at, each in enumerate(said)
                # One without a row says so of a partition that had some.
                if each.get("rows") or ("error" not in each and each["ref"] in was)
            ]
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)
        wrong = [
            told("{name}: {fault}", name=each["ref"], fault=self._fault(each))
            for each in said
            if "error" in each
        ]
        read = {
            each.ref: each.print
            for each, answer in zip(chosen, said, strict=True)
            if "error" not in answer
        }
        return arrivals, read, wrong

    def _arrival(self, at: int, ref: str, at_us: int) -> Arrival:
        """Return a partition's answer, which is all there is of it."""
        return Arrival(f"{ref}.csv", (self.scratch / f"{at}.csv").read_bytes(), at_us, part=ref)

    async def _scan(self, chosen: Sequence[Partition]) -> list[dict[str, Any]]:
        timeout_s = duration_s(self.way.timeout)
        order = {
            "kind": self.kind,
            "sql": self.way.sql,
            "folder": self.place.where,
            "bucket": self.place.opened_with(),
            "scratch": str(self.scratch),
            "memory_mb": self.way.memory_mb,
            "max_rows": self.way.max_rows,
            "threads": THREADS,
            "timeout_s": round(timeout_s) + 5,
            "partitions": [
                {
                    "ref": each.ref,
                    "files": [(file.path, file.size, file.mark) for file in each.files],
                    "out": str(self.scratch / f"{at}.csv"),
                }
                for at, each in enumerate(chosen)
            ],
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # its folder's modules are not to stand for the library's
            lake_scan.__file__,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(timeout_s):
                out, complaint = await process.communicate(orjson.dumps(order))
        except TimeoutError as error:
            raise IntakeError(
                told("DuckDB did not answer within {timeout_s:g} s", timeout_s=timeout_s)
            ) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        said = [orjson.loads(line) for line in out.splitlines()]
        if len(said) < len(chosen):
            last = complaint.decode(errors="replace").strip().splitlines()[-1:]
            raise IntakeError(
                told(
                    "DuckDB ended with code {code}: {last}",
                    code=process.returncode,
                    last=" ".join(last)[:500],
                )
            )
        return said

    def _fault(self, answer: Mapping[str, Any]) -> Told:
        """Return why a partition could not be aggregated."""
        if "most" in answer:
            return told("the SQL gives more than {most} rows", most=answer["most"])
        if "store" in answer:
            return self.place.meaning(answer["store"])
        return told("DuckDB refuses: {said}", said=answer["error"])


def _one_of(wrong: Sequence[Told]) -> Told | None:
    if len(wrong) < 2:
        return wrong[0] if wrong else None
    return told("{fault} ({count} more)", fault=wrong[0], count=len(wrong) - 1)


def _first(changed: Sequence[Partition]) -> Iterator[Partition]:
    """Yield as many as one process shall do, at least one."""
    size = 0
    for number, each in enumerate(changed):
        size += each.size
        if number and (size > MOST_BYTES or number >= MOST_AT_ONCE):
            return
        yield each
