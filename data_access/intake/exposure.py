"""How the live sources are, as Prometheus reads it (text format 0.0.4). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from data_access.intake.health import Health


@dataclass(frozen=True, slots=True)
class _Metric:
    name: str
    kind: str
    help: str
    value_of: Callable[[Health], float | None]


_METRICS = (
    _Metric("up", "gauge", "1 while it does not fail.", lambda h: float(not h.failures)),
    _Metric("failures", "gauge", "Failures in a row.", lambda h: h.failures),
    _Metric("payloads_total", "counter", "Payloads kept since the start.", lambda h: h.payloads),
    _Metric("bytes_total", "counter", "Bytes of them.", lambda h: h.size),
    _Metric("rows_total", "counter", "Rows the contract accepted.", lambda h: h.rows),
    _Metric("refused_total", "counter", "Rows the contract refused.", lambda h: h.refused),
    _Metric("withdrawn_total", "counter", "Rows that are said no more.", lambda h: h.withdrawn),
    _Metric("turned_away_total", "counter", "Senders turned away.", lambda h: h.turned_away),
    _Metric("last_try_seconds", "gauge", "When it was tried.", lambda h: _s(h.last_try_us)),
    _Metric("last_success_seconds", "gauge", "When it answered.", lambda h: _s(h.last_success_us)),
    _Metric("until_seconds", "gauge", "Left alone until then.", lambda h: _s(h.until_us)),
    _Metric("lag_seconds", "gauge", "From a row's time to its coming.", lambda h: _s(h.lag_us)),
)


def metrics(
    healths: Sequence[Health],
    waiting: Callable[[str], int],
    *,
    connections: int = 0,
    refused: Mapping[str, int] | None = None,
) -> str:
    """Return the metrics of all sources, and how many payloads wait for the store.

    `connections` are those of the feed's port, `refused` by what reason it turned how many away.
    """
    lines: list[str] = []
    for metric in _METRICS:
        found = ((_labels(each), metric.value_of(each)) for each in healths)
        lines += _lines(f"ioc_source_{metric.name}", metric.kind, metric.help, found)
    datasets = dict.fromkeys(each.dataset for each in healths)
    found = ((f'dataset="{name}"', float(waiting(name))) for name in datasets)
    lines += _lines("ioc_source_waiting", "gauge", "Payloads that wait for the store.", found)
    reasons = [(f'reason="{name}"', float(count)) for name, count in (refused or {}).items()]
    said = "Connections and requests the feed's port turned away."
    lines += _lines("ioc_feed_refused_total", "counter", said, reasons)
    lines += _lines("ioc_feed_connections", "gauge", "Open now.", [("", float(connections))])
    return "\n".join(lines) + "\n"


def _lines(
    name: str, kind: str, words: str, found: Iterable[tuple[str, float | None]]
) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} {kind}"
    for labels, value in found:
        if value is not None:
            yield f"{name}{{{labels}}} {value:.17g}" if labels else f"{name} {value:.17g}"


def _labels(health: Health) -> str:
    return f'dataset="{health.dataset}",way="{health.way}"'


def _s(at_us: int | None) -> float | None:
    return None if at_us is None else at_us / 1_000_000
