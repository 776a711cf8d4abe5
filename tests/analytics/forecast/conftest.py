"""A store filled by hand, as tests of aggregates have it."""

from __future__ import annotations

from tests.data_access.aggregates.conftest import city, table

__all__ = ["city", "table"]
