"""DuckDB over partitions of a lake, in a process of its own that takes its memory along when done.

Reads an order (JSON) from standard input, writes one CSV file a partition, and one JSON line for
each to standard output. Imports nothing of the project: it is started anew for every change.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

_BATCH = 10_000
_READERS = {"parquet": "read_parquet", "csv": "read_csv"}
REF = "source_ref"


class _TooMany(ValueError):
    """The SQL's answer is larger than may travel."""


def main() -> None:
    """Do the order; a partition that fails stops no other."""
    order = json.load(sys.stdin)
    signal.alarm(order["timeout_s"])
    objects = None if order["bucket"] is None else _objects(order)
    connection = _opened(order, objects)
    for partition in order["partitions"]:
        if objects is not None:
            objects.offer(partition["files"])
        try:
            said: dict[str, Any] = {"rows": _aggregate(connection, order, partition)}
        except (duckdb.Error, OSError, ValueError) as error:
            said = {"error": " ".join(str(error).split())[:500]}
            if isinstance(error, _TooMany):
                said["most"] = order["max_rows"]
            elif objects is not None and objects.failure:
                said["store"] = objects.failure
        print(json.dumps({"ref": partition["ref"], **said}), flush=True)


def _objects(order: dict[str, Any]) -> Any:
    """Return the bucket as files; what that takes is loaded for buckets alone."""
    name = "lake_objects"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded.Objects(order["folder"], order["bucket"])


def _opened(order: dict[str, Any], objects: Any) -> duckdb.DuckDBPyConnection:
    """Open DuckDB within bounds: so much memory, these folders, no network but the bucket's."""
    connection = duckdb.connect(
        config={
            "memory_limit": f"{order['memory_mb']}MB",
            "threads": order["threads"],
            "temp_directory": order["scratch"],
            "max_temp_directory_size": "2GB",
            "autoinstall_known_extensions": False,
            "preserve_insertion_order": False,
        }
    )
    if objects is not None:
        connection.register_filesystem(objects)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET allowed_directories = ?", [[order["folder"], order["scratch"]]])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _aggregate(
    connection: duckdb.DuckDBPyConnection, order: dict[str, Any], partition: dict[str, Any]
) -> int:
    files = ", ".join(_quoted(path) for path, _, _ in partition["files"])
    reader = _READERS[order["kind"]]
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW lake AS SELECT * FROM {reader}([{files}],"
        " hive_partitioning = true, union_by_name = true)"
    )
    answer = connection.execute(order["sql"])
    names = [column[0] for column in answer.description]
    rows = 0
    with open(partition["out"], "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        own = names.index(REF) if REF in names else None
        writer.writerow(names if own is not None else [*names, REF])
        for row in _rows(answer):
            rows += 1
            if rows > order["max_rows"]:
                raise _TooMany(order["max_rows"])
            cells = [_text(each) for each in row]
            if own is None:
                cells.append(partition["ref"])
            else:  # whose rows they are must be told, too
                cells[own] = f"{partition['ref']}#{cells[own]}" if cells[own] else partition["ref"]
            writer.writerow(cells)
    return rows


def _rows(answer: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while batch := answer.fetchmany(_BATCH):
        yield from batch


def _text(found: Any) -> Any:
    if found is None:
        return ""
    return found.isoformat() if hasattr(found, "isoformat") else found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    main()
