"""The work `twin.again`: does again what a run of a twin did, from its own inputs, and compares.

Inputs: `of` the job, its `kind`, its `inputs` and the `hash` of its result. The answer is the hash
it has this time, and whether it is the same. Nothing is published: what was shown stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_access.envelope import Envelope
from jobs.canonical import canonical, hash_of
from jobs.errors import UnknownKind
from jobs.kinds import find_kind
from jobs.perform import find_work
from jobs.working import WorkFailed, Working
from language import told, words_of
from twin.refusal import refusal


class Asked(BaseModel):
    """The run that is to be done again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str = Field(max_length=64)
    kind: str = Field(pattern=r"^twin\.[a-z.]{1,60}$")
    inputs: dict[str, Any]
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Return {"hash": …, "same": …}; raises what the run itself raises."""
    try:
        asked = Asked.model_validate(dict(inputs))
        kind = find_kind(asked.kind)
    except ValidationError as error:
        raise WorkFailed("input", refusal(error, "inputs")) from error
    except UnknownKind as error:
        raise WorkFailed("input", words_of(error)) from error
    if not kind.is_repeatable:
        raise WorkFailed("input", told("{kind} follows from rows of its time", kind=kind.name))
    found = hash_of(canonical(find_work(kind.work)(asked.inputs, _Quiet(working))))
    return {"hash": found, "same": found == asked.hash}


class _Quiet:
    """A job that says how far it is, and shows nothing of what it finds."""

    def __init__(self, working: Working) -> None:
        self.settings, self.folder = working.settings, working.folder
        self.progress, self.check = working.progress, working.check

    def partial(self, result: Mapping[str, Any]) -> None:
        """Let it be: the last answer counts."""

    def publish(self, envelope: Envelope) -> None:
        """Let it be: what was shown stays."""
