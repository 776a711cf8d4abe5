"""Every command, and every word it takes, says what it is for."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest

from app import parser
from processes.command_parser import CommandParser


def _commands(
    command: argparse.ArgumentParser, name: str = "app.py"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, command
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for task, each in action.choices.items():
                yield from _commands(each, f"{name} {task}")


@pytest.mark.parametrize(("name", "command"), list(_commands(parser())))
def test_a_command_and_each_of_its_words_is_explained(
    name: str, command: argparse.ArgumentParser
) -> None:
    assert command.description
    assert command.description.endswith(".")
    unexplained = [
        action.dest
        for action in command._actions
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    assert not unexplained, name


def test_a_command_is_described_by_what_the_list_says_of_it() -> None:
    whole = CommandParser()
    deeper = whole.add_subparsers().add_parser("make", help="make one")
    task = deeper.add_subparsers().add_parser("wall", help="a wall")
    assert (deeper.description, task.description) == ("Make one.", "A wall.")
