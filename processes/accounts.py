"""`python app.py account …`: the accounts of an installation, made and ended at its own machine.

A password comes from the terminal without echo, or as one line of standard input; never as an
argument, which others on the machine could read. Every change is an audit row.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import time
from typing import TYPE_CHECKING

from permissions.roles import ROLES, Person
from settings import Settings

if TYPE_CHECKING:
    from permissions.identity import Accounts

USER = "what the person types to sign in"


def add_commands(account: argparse.ArgumentParser) -> None:
    """Add the tasks of `account` to its parser."""
    tasks = account.add_subparsers(dest="task", required=True, metavar="task")
    adding = tasks.add_parser("add", help="make an account; asks for its password")
    adding.add_argument("user", help=USER)
    adding.add_argument("--role", required=True, choices=ROLES, help="what the person does here")
    adding.add_argument("--name", required=True, help="of the person, as pages show it")
    adding.add_argument("--site", help="site the person works at")
    adding.add_argument(
        "--level",
        choices=("public", "internal", "restricted"),
        default="internal",
        help="the most the person may see (default: internal)",
    )
    adding.add_argument(
        "--compartment",
        action="append",
        default=[],
        help="one the person may see into, such as police; may be given again",
    )
    for task, words in (("password", "give a new password"), ("disable", "shut an account")):
        one = tasks.add_parser(task, help=f"{words}; ends the person's sessions")
        one.add_argument("user", help=USER)
    tasks.add_parser("list", help="list the accounts that may sign in")


def perform(settings: Settings, chosen: argparse.Namespace) -> str:
    """Do one task and return what to print; raises AccountError with a sentence."""
    from permissions.audit import AuditLog, Entry
    from permissions.database import open_operations
    from permissions.demo import demo_allowed
    from permissions.identity import Accounts
    from permissions.keys import key_for

    engine = open_operations(settings.operations_url)
    people = Accounts(
        engine, key=key_for(settings, "throttle"), demo_allowed=demo_allowed(settings)
    )
    try:
        if chosen.task == "list":
            return _table(people)
        said = _change(people, chosen)
        entry = Entry(
            at_ms=time.time() * 1000,
            person=Person(user_id=f"shell:{getpass.getuser()}", name="", role="administrator"),
            address="",
            action=f"account.{chosen.task}",
            outcome="ok",
            target=f"account/{chosen.user}",
        )
        AuditLog(engine, key=key_for(settings, "audit")).append(entry)
        return said
    finally:
        engine.dispose()


def _change(people: Accounts, chosen: argparse.Namespace) -> str:
    from data_access.classification import Classification

    now_ms = time.time() * 1000
    if chosen.task == "disable":
        people.disable(chosen.user)
        return f"{chosen.user} may no longer sign in."
    password = _password()
    if chosen.task == "password":
        people.set_password(chosen.user, password, now_ms=now_ms)
        return f"{chosen.user} has a new password."
    person = Person(
        user_id=chosen.user,
        name=chosen.name,
        role=chosen.role,
        site_id=chosen.site,
        ceiling=Classification(chosen.level, frozenset(chosen.compartment)),
    )
    people.add(person, password, now_ms=now_ms)
    return f"{chosen.user} may sign in as {chosen.role}."


def _password() -> str:
    if os.isatty(sys.stdin.fileno()):
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")


def _table(people: Accounts) -> str:
    rows = [
        f"{person.user_id:<24} {person.role:<14} {person.ceiling.level:<11} {person.name}"
        for person in people.everyone()
    ]
    return "\n".join(rows) or "No account may sign in; `account add` makes one."
