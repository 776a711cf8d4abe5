"""A store filled by hand, as the aggregates' tests have it."""

from tests.data_access.aggregates.conftest import Table, city, record, table

__all__ = ["Table", "city", "record", "table"]
