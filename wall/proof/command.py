"""`python app.py wall proof verify | head | copy | find | withdraw`: the chains gone through, what
to note elsewhere, the file for another controller, and what must not be kept taken out of it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from wall.errors import ProofError
from wall.proof.entries import wall_of
from wall.proof.reading import ProofReader
from wall.proof.verify import Broken, verify
from wall.proof.withdrawing import Order, Shown, find, holding, withdraw
from wall.zone import DEFAULT


@dataclass(frozen=True, slots=True)
class VerifyOrder:
    """What to verify: one wall or all, whole or between two instants (ISO 8601).

    Times without an offset are of `zone`, in which times are said, too.
    """

    wall_id: str | None = None
    from_at: str | None = None
    to_at: str | None = None
    head: str | None = None
    zone: ZoneInfo = DEFAULT


def print_heads(path: Path, wall_id: str | None, say: Callable[[str], None]) -> None:
    """Say every chain's newest entry as `verify --head` takes it; raises ProofError."""
    with closing(ProofReader(path)) as reader:
        for wall in _walls(reader, wall_id):
            chain = reader.chain(wall)
            if chain is not None:
                say(f"{wall} {chain.head_sequence}:{chain.head_hash}")


def run_verify(path: Path, order: VerifyOrder, say: Callable[[str], None]) -> bool:
    """Verify and say one sentence a wall; return whether all was as written; raises ProofError."""
    if order.head is not None and order.wall_id is None:
        raise ProofError("--head is a wall's: name it with --wall")
    if order.head is not None and (order.from_at or order.to_at):
        raise ProofError("--head is looked for in the whole chain: leave --from and --to out")
    from_ms, to_ms = (instant_ms(each, order.zone) for each in (order.from_at, order.to_at))
    is_whole = True
    with closing(ProofReader(path)) as reader:
        reader.snapshot()
        for wall_id in _walls(reader, order.wall_id):
            checked = contents = withdrawn = 0
            try:
                for link in verify(reader, wall_id, from_ms=from_ms, to_ms=to_ms, head=order.head):
                    checked, contents = link.checked, len(link.contents)
                    withdrawn = len(link.withdrawn)
            except Broken as error:
                is_whole = False
                say(f"BROKEN: {error}.")
            else:
                say(f"wall {wall_id}: {checked} entries and {contents} contents are as written.")
            if withdrawn:
                say(f"wall {wall_id}: {withdrawn} contents were taken out by order.")
            is_whole &= _tell_apart(reader, wall_id, say)
        for at_ms, reason, count in reader.withdrawals():
            say(f"{count} contents were taken out at {_written(at_ms, order.zone)}: {reason}")
    return is_whole


def print_found(
    path: Path, words: str, say: Callable[[str], None], *, zone: ZoneInfo = DEFAULT
) -> list[Shown]:
    """Say on which walls contents with these words were, and when; raises ProofError."""
    with closing(ProofReader(path)) as reader:
        reader.snapshot()
        found = find(reader, words)
    for each in found:
        say(
            f"wall {wall_of(each.chain_id)}: {len(each.contents)} contents,"
            f" {_written(each.first_ms, zone)} to {_written(each.last_ms, zone)}"
        )
    if not found:
        say("no wall: none of what is kept has these words")
    return found


class Site(Protocol):
    """What the controllers of a site share. All methods raise StoreError."""

    def every_content(self) -> Iterator[tuple[str, bytes]]:
        """Yield hash and bytes of all contents."""

    def withdraw(self, orders: Mapping[str, Order]) -> int:
        """Take contents out, for good and for all controllers; return how many were there."""


def take_out(
    path: Path,
    words: str,
    reason: str,
    say: Callable[[str], None],
    *,
    site: Site | None = None,
    zone: ZoneInfo = DEFAULT,
) -> None:
    """Take all contents with these words out of a file and what its site shares; say where from.

    What had been taken out of the file before is not left in the other. Raises ProofError, and
    StoreError when the site could not be reached: then the same command does the rest.
    """
    at_ms = time.time() * 1000
    found = print_found(path, words, say, zone=zone)
    contents = {sha256 for each in found for sha256 in each.contents}
    gone = withdraw(path, contents, reason=reason, at_ms=at_ms)
    say(f"{gone} contents are taken out of {path}; their hashes stay")
    if site is None:
        return
    elsewhere = holding(site.every_content(), words)
    withdraw(path, elsewhere, reason=reason, at_ms=at_ms)
    with closing(ProofReader(path)) as reader:
        orders = {sha256: Order(*each) for sha256, each in reader.orders().items()}
    gone = site.withdraw(orders)
    say(f"{gone} contents are taken out of Redis; the other controllers of the site do likewise")


def copy_to(path: Path, target: Path) -> None:
    """Copy the file as it is now, for another controller's data folder; raises ProofError."""
    try:
        target.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise ProofError(f"{target} cannot be made: {error.strerror}") from error
    with closing(ProofReader(path)) as reader:
        reader.copy_to(target)


def _tell_apart(reader: ProofReader, wall_id: str, say: Callable[[str], None]) -> bool:
    """Say what is not in this file, and what is in it beside the chain; is that as written?"""
    is_whole = True
    for each in reader.missing(wall_id):
        say(f"wall {wall_id}: entries {each.first} to {each.last} never came to this file.")
    for aside in reader.asides(wall_id):
        which = f"entries {aside.first} to {aside.last} of epoch {aside.epoch}"
        try:
            deque(verify(reader, aside.chain_id), maxlen=0)
        except Broken as error:
            is_whole = False
            say(f"BROKEN: {error}.")
        else:
            say(f"wall {wall_id}: {which} were never shared, and are kept aside as written.")
    return is_whole


def instant_ms(text: str | None, zone: ZoneInfo = DEFAULT) -> float | None:
    """Return Unix milliseconds of ISO 8601, of `zone` without an offset; raises ProofError."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ProofError(f"{text!r} is no time such as 2026-09-21T09:14") from error
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    return found.timestamp() * 1000


def _written(at_ms: float, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1000, zone).isoformat(timespec="seconds")


def _walls(reader: ProofReader, wall_id: str | None) -> list[str]:
    return [wall_id] if wall_id is not None else [each.wall_id for each in reader.chains()]
