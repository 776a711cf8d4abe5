"""Reading one TOML file of the city folder into a checked model, or one clear error."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wall.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"


class FileModel(BaseModel):
    """Base of what stands in files: an unknown name is a slip, not an extension."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(FileModel):
    """A text for people in both languages."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)


def read_toml(path: Path, model: type[Model]) -> Model:
    """Read `path` as `model`; raises ConfigurationError naming file, key and what was expected."""
    return check_table(path, read_table(path), model)


def read_table(path: Path) -> dict[str, Any]:
    """Read `path` as TOML, whatever it says; raises ConfigurationError."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ConfigurationError(path, "", f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(path, "", f"is not TOML: {error}") from error


def check_table(path: Path, found: Mapping[str, Any], model: type[Model]) -> Model:
    """Check what `path` says against `model`; raises ConfigurationError."""
    try:
        return model.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(path, key_of(first["loc"]), expectation(first)) from error


def key_of(location: tuple[int | str, ...]) -> str:
    """Write a pydantic location as people write TOML keys: `tile[2].at.column`."""
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
        else:
            key += f".{part}" if key else part
    return key


def expectation(problem: object) -> str:
    """Say in one sentence what a pydantic error expected and what it found."""
    fields = dict(problem)  # type: ignore[call-overload]
    message, found = str(fields["msg"]), fields.get("input")
    if fields["type"] == "missing":
        return "is missing"
    if fields["type"] == "extra_forbidden":
        return "is not a known key"
    message = message.removeprefix("Value error, ").replace("Input should be", "expected")
    text = repr(found)
    return f"{message}, found {text if len(text) <= 80 else text[:77] + '...'}"
