"""What the whole room costs while nothing special happens: two walls on air, the feed at 1x."""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import psutil

from benchmarks.arguments import common
from benchmarks.crowd import Crowd
from benchmarks.figures import Report, Table, percentile, publish, verdict
from benchmarks.product import ALL, Product, cpu_s, rss_mb

RSS_MB, CPU_PERCENT = 800.0, 15.0
PARENT = "run"
_SAMPLE_S = 5.0


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--settle", type=float, default=60, help="seconds before measuring")
    parser.add_argument("--seconds", type=float, default=180, help="measured")
    chosen = parser.parse_args()
    with Product(lake=chosen.lake, boundaries=chosen.boundaries) as product:
        product.start(PARENT)
        product.until_data()
        crowd = Crowd("127.0.0.1", product.settings.wall_port)
        crowd.serve(product.settings.secret())
        outputs = crowd.join_outputs()
        crowd.rest(chosen.settle)
        memory, cpu_percent = _measure(product, crowd, chosen.seconds)
        crowd.close()
    publish(_report(memory, cpu_percent, outputs, chosen.seconds), write=chosen.write)


def _measure(
    product: Product, crowd: Crowd, seconds: float
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Return RSS samples in MB and CPU in percent of a core, by role."""
    roles = _by_role(product)
    memory: dict[str, list[float]] = defaultdict(list)
    used_s = {role: cpu_s(processes) for role, processes in roles.items()}
    began_s = time.monotonic()
    while time.monotonic() - began_s < seconds:
        crowd.rest(min(_SAMPLE_S, seconds))
        for role, processes in roles.items():
            memory[role].append(rss_mb(processes))
    elapsed_s = time.monotonic() - began_s
    return memory, {
        role: 100 * (cpu_s(processes) - used_s[role]) / elapsed_s
        for role, processes in roles.items()
    }


def _by_role(product: Product) -> dict[str, list[psutil.Process]]:
    """Return all processes of the room by role; the parent counts as one."""
    parent = psutil.Process(product.processes[PARENT].pid)
    roles: dict[str, list[psutil.Process]] = {PARENT: [parent]}
    for child in parent.children():
        role = next((name for name in (*ALL, "jobs") if name in child.cmdline()), "other")
        roles.setdefault(role, []).extend([child, *child.children(recursive=True)])
    return roles


def _report(
    memory: dict[str, list[float]], cpu_percent: dict[str, float], outputs: int, seconds: float
) -> Report:
    rows = [
        (
            role,
            f"{percentile(samples, 50):.0f}",
            f"{max(samples):.0f}",
            f"{cpu_percent[role]:.1f}",
        )
        for role, samples in memory.items()
    ]
    together = [sum(samples) for samples in zip(*memory.values(), strict=True)]
    total_percent = sum(cpu_percent.values())
    rows.append(
        (
            "all",
            f"{percentile(together, 50):.0f}",
            f"{max(together):.0f}",
            f"{total_percent:.1f}",
        )
    )
    return Report(
        Path(__file__).stem,
        "The whole room at rest",
        f"""`app.py run`, two walls on air, {outputs} protocol outputs, the feed at 1x, measured
        over {seconds:.0f} s. RSS counts what processes share once for each of them.""",
        [Table(("role", "RSS MB, median", "RSS MB, largest", "CPU, % of a core"), rows)],
        [
            f"Goals: all processes <= {RSS_MB:.0f} MB: {max(together):.0f}, "
            f"{verdict(max(together), RSS_MB)}; <= {CPU_PERCENT:.0f} % of a core: "
            f"{total_percent:.1f}, {verdict(total_percent, CPU_PERCENT)}."
        ],
    )


if __name__ == "__main__":
    main()
