"""A command line whose every command says in its own help what the list above it says of it.

Not for what the commands do: each has a module of its own.
"""

from __future__ import annotations

import argparse
from typing import Any


class CommandParser(argparse.ArgumentParser):
    """An argument parser whose subcommands are described by their `help`, at any depth."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.register("action", "parsers", _Described)


class _Described(argparse._SubParsersAction):
    def add_parser(self, name: str, *, help: str, **more: Any) -> Any:  # type: ignore[override]
        sentence = f"{help[:1].upper()}{help[1:]}."
        return super().add_parser(name, help=help, description=sentence, **more)
