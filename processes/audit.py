"""`python app.py audit verify`: whether the audit of people's deeds still is as it was written.

Of the operations store alone; what walls showed has chains of its own (`app.py wall proof verify`).
"""

from __future__ import annotations

import argparse

from settings import Settings

HEAD_DIGITS = 16


def add_commands(audit: argparse.ArgumentParser) -> None:
    """Add the tasks of `audit` to its parser."""
    tasks = audit.add_subparsers(dest="task", required=True, metavar="verify")
    verifying = tasks.add_parser("verify", help="seal every row again; 1 when one is wrong")
    verifying.add_argument("--head", metavar="HEAD", help="a head noted before must be in it")


def perform(settings: Settings, chosen: argparse.Namespace) -> tuple[str, bool]:
    """Check every row; return what to print, and whether all is as it was written."""
    from permissions.audit import AuditLog
    from permissions.database import open_operations
    from permissions.keys import key_for

    engine = open_operations(settings.operations_url)
    try:
        log = AuditLog(engine, key=key_for(settings, "audit"))
        broken_at = log.broken_at()
        if broken_at is not None:
            return f"Row {broken_at} was changed, removed or put in.", False
        rows, newest, is_there = 0, "", chosen.head is None
        for each in log.heads():
            rows, newest = rows + 1, _head(*each)
            is_there = is_there or chosen.head == newest
        if not is_there:
            return (
                f"{chosen.head} is no row of this audit: its end was cut, or it is another.",
                False,
            )
        newest = newest and f"; the newest is {newest}"
        return f"{rows} rows, as they were written{newest}.", True
    finally:
        engine.dispose()


def _head(sequence: int, seal: str) -> str:
    return f"{sequence}:{seal[:HEAD_DIGITS]}"
