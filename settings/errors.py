"""What is wrong with the settings, in one sentence."""

from __future__ import annotations


class SettingsError(Exception):
    """A setting is unknown or has a wrong value; the message says which, and what was expected."""
