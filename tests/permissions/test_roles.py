"""What each role may do, and where a ceiling ends it."""

from __future__ import annotations

import pytest

from data_access.classification import Classification
from permissions.roles import RIGHTS, ROLES, Person, Right

T, F = True, False
MATRIX = {
    # room, console, rows, operator, command, given, enroll, trim, audit, people, proof,
    # propose signals, approve signals, see quarantine, release from it, see twins, run twins,
    # label alerts, triage requests, approve briefs
    "viewer":        (T, T, F, F, F, F, F, F, F, F, F, F, F, F, F, T, F, F, F, F),
    "presenter":     (T, T, F, F, F, T, F, F, F, F, F, F, F, F, F, T, F, F, F, F),
    "leader":        (T, T, T, F, F, T, F, F, F, F, T, F, T, F, F, T, T, T, F, T),
    "operator":      (T, T, T, T, T, F, F, F, F, F, T, T, T, T, T, T, T, T, T, T),
    "administrator": (T, T, T, T, T, F, T, T, T, T, T, T, T, T, T, T, T, T, T, T),
}  # fmt: skip


def _person(role: str, **fields: object) -> Person:
    return Person("someone", "Someone", role, **fields)


def test_every_role_is_in_the_matrix():
    assert set(MATRIX) == set(ROLES) == set(RIGHTS)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_exactly_its_rights(role):
    person = _person(role)
    assert tuple(person.may(right) for right in Right) == MATRIX[role]


def test_an_unknown_role_has_no_right():
    assert not any(_person("mayor").may(right) for right in Right)


def test_operators_command_every_wall():
    assert _person("operator").may_command(())
    assert _person("administrator").may_command(())


@pytest.mark.parametrize("role", ["leader", "presenter"])
def test_leaders_and_presenters_command_only_walls_they_were_given(role):
    assert _person(role).may_command({role})
    assert not _person(role).may_command(())


def test_a_viewer_commands_nothing_even_when_given_a_wall():
    assert not _person("viewer").may_command({"viewer", "leader"})


def test_data_above_the_ceiling_is_not_seen():
    person = _person("leader", ceiling=Classification("internal", frozenset({"health"})))
    assert person.may_see(Classification("internal", frozenset({"health"})))
    assert not person.may_see(Classification("restricted"))
    assert not person.may_see(Classification("public", frozenset({"party"})))


def test_an_actor_carries_who_commands():
    assert _person("operator", site_id="le-lai").actor() == {
        "userId": "someone",
        "role": "operator",
        "siteId": "le-lai",
    }
