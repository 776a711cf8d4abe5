"""Sources: one module a format, from files to batches.

A module has `FORMAT`, a pydantic model `Options` (source.options of city/datasets.toml), and

    read(files, *, contract, city) -> Iterator[Batch]

It reads whatever the format allows, not what one file happens to hold; a file it cannot read raises
SourceError, a bad row becomes `Rejected`. It knows no clock and no store.

Conventions the rest of the path relies on:
- All instants are aware UTC *source* time. A period (5 minutes, day, month) is stamped with its
  start. Batches come in the order of time as far as the files have it; a figure the source revises
  comes again, in a later batch.
- In a record's body, keys ending in `_at` hold ISO 8601 instants (UTC); everything else is free of
  time, so a replay can move a record by moving these, `reported_at` and its validity.
- A record that opens and later closes comes as two versions, ordered by `version`.
- `placed = "demo"` in a body marks what was given a place in this city only to be shown.
"""
