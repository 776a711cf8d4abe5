"""The settings as the environment and `.env` say them; nothing else reads these."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError

from settings.errors import SettingsError
from settings.object_store import SCHEME, object_store
from settings.secret import SECRET_PREFIX, source_secrets
from settings.settings import Settings

PREFIX = "IOC_"
TEST_PREFIX = "IOC_TEST_"


def load_settings(
    environment: Mapping[str, str] | None = None, *, env_file: Path | None = Path(".env")
) -> Settings:
    """Read settings from `environment` (default: the process's) over `env_file`.

    Raises SettingsError with one sentence for an unknown `IOC_*` name or a wrong value.
    """
    found: dict[str, str] = {}
    if env_file is not None and env_file.is_file():
        found.update({k: v for k, v in dotenv_values(env_file).items() if v is not None})
    found.update(os.environ if environment is None else environment)
    given = {
        name: text
        for name, text in found.items()
        if name.startswith(PREFIX) and not name.startswith((TEST_PREFIX, SECRET_PREFIX))
    }
    known = {
        f"{PREFIX}{field.upper()}": field
        for field, about in Settings.model_fields.items()
        if not about.exclude
    }
    for name in sorted(set(given) - set(known)):
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}."
        raise SettingsError(f"Unknown setting {name}: {hint}")
    values: dict[str, Any] = {known[name]: text for name, text in given.items() if text != ""}
    if str(values.get("lake", "")).startswith(SCHEME):
        values["lake_bucket"] = values.pop("lake")
    secrets = source_secrets(found, values.get("secrets_file"))
    store = object_store(found, secrets)
    values |= {"source_secrets": secrets, "object_store": store}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error.errors()[0], values)) from error


def _sentence(error: Any, values: Mapping[str, Any]) -> str:
    """Say in one sentence which setting is wrong, why and what it is; never print a secret."""
    field = str(error["loc"][0])
    about = Settings.model_fields[field]
    shown = "" if "SecretStr" in str(about.annotation) else f"={values.get(field)!r}"
    why = str(error["msg"]).removeprefix("Value error, ")
    field = "lake" if field == "lake_bucket" else field
    return f"{PREFIX}{field.upper()}{shown} is wrong: {why} ({about.description})."
