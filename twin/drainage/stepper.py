"""The process in which SWMM runs: it steps a model and notes depths and pumped flows as it goes.

A program of its own (`python -m twin.drainage.stepper`), so that a crash of the engine ends nothing
else and a kill leaves nothing. It reads an order (JSON) from stdin, says lines on stdout ("at
STEP", "error TEXT", "done") and appends a row of float32 a step to a file: depths of nodes, then
flows of pumps, as ordered. Imports nothing heavy.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Mapping
from typing import Any, BinaryIO


def main() -> int:
    """Run the order on stdin; 0 when SWMM came to its end."""
    try:
        from swmm.toolkit import shared_enum, solver
    except (ImportError, OSError) as error:
        return _fail(f"swmm-toolkit cannot be loaded: {error}")
    line = sys.stdin.buffer.readline()
    if not line:  # nobody had anything to run
        return 0
    order = json.loads(line)
    try:
        try:
            solver.swmm_open(order["inp"], order["rpt"], order["out"])
            if order["stepS"]:
                with open(order["rows"], "wb") as rows:
                    _run(order, rows, solver, shared_enum)
            else:  # only begun: SWMM validates what it opens, and reports what it has read
                solver.swmm_start(0)
                solver.swmm_end()
        finally:
            solver.swmm_close()  # also when it could not be opened: then the report is written
    except Exception as error:  # noqa: BLE001 - whatever the engine raises is its reason
        return _fail(str(error))
    print("done", flush=True)
    return 0


def _fail(reason: str) -> int:
    print("error", " ".join(reason.split()), flush=True)
    return 1


def _run(order: Mapping[str, Any], rows: BinaryIO, solver: Any, enums: Any) -> None:
    node, link = enums.ObjectType.NODE.value, enums.ObjectType.LINK.value
    depth, flow = enums.NodeResult.DEPTH.value, enums.LinkResult.FLOW.value
    nodes = [solver.project_get_index(node, each) for each in order["nodes"]]
    pumps = [solver.project_get_index(link, each) for each in order["pumps"]]
    solver.swmm_start(0)  # no .out file: what is followed goes to `rows`
    try:
        step, elapsed_days = 0, 1.0
        while True:
            row = array("f", [solver.node_get_result(each, depth) for each in nodes])
            row.extend(solver.link_get_result(each, flow) for each in pumps)
            rows.write(row.tobytes())
            rows.flush()
            print("at", step, flush=True)
            if elapsed_days <= 0:  # SWMM says 0 when it has come to the end
                break
            step += 1
            elapsed_days = solver.swmm_stride(order["stepS"])
    finally:
        solver.swmm_end()


if __name__ == "__main__":
    sys.exit(main())
