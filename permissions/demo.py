"""Accounts to try the room with. They exist only where nobody but this machine can reach it.

Well-known passwords, shown on the sign-in page: never made, and never accepted when kept from an
earlier start, once the servers listen to others or stand behind a public address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data_access.classification import Classification
from language import text
from permissions.roles import Person
from settings import Settings

if TYPE_CHECKING:  # the parent of the roles prints these accounts and needs no database
    from permissions.identity import Accounts


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account whose password everybody may know."""

    user_id: str
    role: str
    password: str


COMPARTMENTS = frozenset({"health", "party", "police"})
DEMO_ACCOUNTS = (
    DemoAccount("operator", "operator", "operator-demo"),
    DemoAccount("leader", "leader", "leader-demo-1"),
    DemoAccount("presenter", "presenter", "presenter-demo"),
    DemoAccount("viewer", "viewer", "viewer-demo-1"),
    DemoAccount("administrator", "administrator", "administrator-demo"),
)


def demo_allowed(settings: Settings) -> bool:
    """Tell whether demo accounts may exist: bound to loopback, and no public address in front."""
    return settings.is_loopback and settings.wall_public_url is None


def add_demo_accounts(people: Accounts, *, site_id: str | None, now_ms: float) -> None:
    """Make the demo accounts that are missing."""
    known = {person.user_id for person in people.everyone()}
    for account in DEMO_ACCOUNTS:
        if account.user_id in known:
            continue
        level = "internal" if account.role == "viewer" else "restricted"
        compartments = frozenset() if account.role == "viewer" else COMPARTMENTS
        person = Person(
            user_id=account.user_id,
            name=text(f"people.demo.{account.role}"),
            role=account.role,
            site_id=site_id,
            ceiling=Classification(level, compartments),
            demo=True,
        )
        people.add(person, account.password, now_ms=now_ms)
