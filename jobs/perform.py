"""One piece of work in this process: what comes of it, whatever it raises.

It knows no store and no pipe; `working` is given.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from jobs.canonical import MOST_BYTES, canonical, hash_of
from jobs.errors import Refused
from jobs.job import State
from jobs.working import Cancelled, Work, WorkFailed, Working
from language import Told, told, words_of

DEFECT, TOO_LARGE, NO_MEMORY = "defect", "tooLarge", "memory"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a piece of work; `trace` is for the log."""

    state: State
    result: bytes = b""  # canonical
    result_hash: str = ""
    code: str = ""
    reason: str = ""  # as it was told, where it was
    trace: str = ""


def perform(work: str, inputs: Mapping[str, Any], working: Working) -> Outcome:
    """Do `work` ("package.module:function"); never raises."""
    try:
        result = canonical(find_work(work)(inputs, working))
    except Cancelled:
        return Outcome(State.CANCELLED)
    except (WorkFailed, Refused) as error:  # the latter of what it publishes or gives
        return _failed(error.code, words_of(error))
    except MemoryError:
        return _failed(NO_MEMORY, told("There was not enough memory."))
    except BaseException as error:  # noqa: BLE001  also SystemExit: work ends nobody's process
        return Outcome(State.FAILED, code=DEFECT, reason=_said(error), trace=_trace())
    if len(result) > MOST_BYTES:
        size_mb, most_mb = len(result) / 1e6, MOST_BYTES / 1e6
        words = told(
            "The result has {size:.1f} MB; at most {most:.0f} MB are kept.",
            size=size_mb,
            most=most_mb,
        )
        return _failed(TOO_LARGE, words)
    return Outcome(State.DONE, result, hash_of(result))


def _failed(code: str, words: Told) -> Outcome:
    return Outcome(State.FAILED, code=code, reason=words)


def find_work(work: str) -> Work:
    """Return the function that `work` names; raises ImportError, AttributeError."""
    module, _, name = work.partition(":")
    found: Work = getattr(import_module(module), name)
    return found


def _said(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except BaseException:  # noqa: BLE001  an error that cannot even say what it is
        return type(error).__name__


def _trace() -> str:
    try:
        return traceback.format_exc()
    except BaseException:  # noqa: BLE001  as above
        return ""
