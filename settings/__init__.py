"""Typed settings from the environment; the only module that reads it is `settings.environment`."""

from settings.environment import PREFIX, load_settings
from settings.errors import SettingsError
from settings.object_store import ObjectStore
from settings.secret import SECRET_PREFIX
from settings.settings import Settings

__all__ = ["PREFIX", "SECRET_PREFIX", "ObjectStore", "Settings", "SettingsError", "load_settings"]
