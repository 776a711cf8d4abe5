"""One line a minute: what each role costs, how fresh the data is, which outputs are online."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil

STATES = ("ok", "stale", "absent")


@dataclass(frozen=True, slots=True)
class RoleHealth:
    """A role with all its processes. `cpu_percent` of one core since the line before."""

    name: str
    up_s: float | None  # None: not running now
    restarts: int
    rss_mb: float
    cpu_percent: float


class Meter:
    """Measures process trees; CPU is the difference to the measurement before."""

    def __init__(self) -> None:
        self._cpu_s: dict[tuple[int, float], float] = {}

    def measure(self, root_pid: int, *, elapsed_s: float) -> tuple[float, float]:
        """Return (RSS in MB, CPU in percent of one core) of a process and all below it."""
        rss = used_s = 0.0
        for process in _tree(root_pid):
            with suppress(psutil.Error), process.oneshot():
                key = (process.pid, process.create_time())
                times = process.cpu_times()
                total_s = times.user + times.system
                rss += process.memory_info().rss
                used_s += total_s - self._cpu_s.get(key, 0.0)
                self._cpu_s[key] = total_s
        return rss / 1e6, 100 * used_s / max(elapsed_s, 0.001)


def line(
    roles: Iterable[RoleHealth],
    datasets: Mapping[str, int] | None,
    walls: Mapping[str, Mapping[str, int]] | None,
) -> str:
    """Write the health of the room in one line.

    `datasets` counts them by state; `walls` has outputs `online` of all `outputs`. None: unknown.
    """
    parts = [_role(role) for role in roles]
    if datasets is None:
        parts.append("datasets unknown")
    else:
        counted = ", ".join(f"{datasets[state]} {state}" for state in STATES if state in datasets)
        parts.append(f"datasets {counted}")
    if walls is None:
        parts.append("walls unknown")
    else:
        parts.append("walls " + ", ".join(_wall(*wall) for wall in walls.items()))
    return " | ".join(parts)


def words(seconds: float) -> str:
    """Write a duration in its two largest units: 45s, 12m, 3h05m, 2d04h."""
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if minutes < 1:
        return f"{int(seconds)}s"
    if hours < 1:
        return f"{minutes}m"
    if hours < 24:
        return f"{hours}h{minutes % 60:02d}m"
    return f"{hours // 24}d{hours % 24:02d}h"


def _role(role: RoleHealth) -> str:
    if role.up_s is None:
        return f"{role.name} DOWN, {_times(role.restarts)}"
    restarts = f", {_times(role.restarts)}" if role.restarts else ""
    return (
        f"{role.name} up {words(role.up_s)}{restarts}, "
        f"{role.rss_mb:.0f} MB, {role.cpu_percent:.0f} % CPU"
    )


def _times(restarts: int) -> str:
    return "1 restart" if restarts == 1 else f"{restarts} restarts"


def _wall(wall_id: str, outputs: Mapping[str, int]) -> str:
    return f"{wall_id} {outputs['online']}/{outputs['outputs']} online"


def _tree(root_pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        root = psutil.Process(root_pid)
        return [root, *root.children(recursive=True)]
    return []
