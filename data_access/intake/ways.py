"""The ways data comes in live, as `city/datasets.toml` describes them below `source`.

Secrets are named here and kept elsewhere (settings.py); an address never holds one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_network
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from data_access.durations import Duration, duration_s
from settings.object_store import SCHEME, in_bucket

STRICT = ConfigDict(extra="forbid")
SHORTEST_S = 1.0  # between two polls
# What parameters and headers are called that hold a secret.
_SECRET = re.compile(
    r"(?:^|[-_])(?:authorization|cookie|password|passwd|pwd|secret|token|signature|sig)$"
    r"|(?:^|[-_])(?:api|access|auth|app|private|subscription)[-_]?key$",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"(?:password|passwd|pwd)\s*=", re.IGNORECASE)  # of drivers' own texts


def _without_secrets(names: Iterable[str], where: str) -> None:
    """Raise ValueError when something is called as secrets are: those are kept elsewhere."""
    found = next((name for name in names if _SECRET.search(name)), None)
    if found is not None:
        raise ValueError(f"{where} must hold no secret ({found}); name it in `secret`")


def _http(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{address!r} is no address such as https://data.example.org/list.json")
    if parts.username or parts.password:
        raise ValueError("an address must hold no user or password; name a `secret`")
    _without_secrets((name for name, _ in parse_qsl(parts.query)), "an address")
    return address


def _every(text: str) -> str:
    if duration_s(text) < SHORTEST_S:
        raise ValueError(f"{text!r} is shorter than a second")
    return text


Replaces = Literal["nothing", "span", "all"]
HttpAddress = Annotated[str, AfterValidator(_http)]
Every = Annotated[Duration, AfterValidator(_every)]
SecretName = Annotated[str, Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$")]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class UrlWay:
    """An address that is asked again and again.

    `params` may hold `{since}` (the last poll that succeeded, less `overlap`; `history` before the
    first one) and `{now}`, as ISO 8601 in UTC. How the secret is sent says `secret_in`: `bearer`,
    `header:NAME`, `query:NAME`, or `basic:USER`. With paging by `entries` the address is a feed
    (Atom, RSS), and what its new and changed entries link to is fetched, `max_pages` of it a poll.
    With paging by `next` each page is JSON that names the one after it (FHIR, OGC API, OData), and
    all pages of a poll are one payload; `next_in` is the path of that name where it is unusual.
    With `replaces` a row or a version of a record of an earlier answer that is not in this one is
    withdrawn: any, where each answer is `all` there is, or of its own `span`, from its first to its
    last.
    """

    address: HttpAddress
    every: Every | None = None  # default: the dataset's cadence
    params: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    overlap: Duration = "PT5M"
    history: Duration = "P1D"
    paging: Literal["none", "page", "offset", "link", "next", "entries"] = "none"
    next_in: str = ""
    page_param: str = "page"
    offset_param: str = "offset"
    size_param: str = "page_size"
    page_size: int | None = Field(default=None, ge=1, le=100_000)
    first_page: int = Field(default=1, ge=0)
    max_pages: int = Field(default=100, ge=1, le=10_000)
    secret: SecretName | None = None
    secret_in: str = Field(default="bearer", pattern=r"^(bearer|(header|query|basic):\S+)$")
    replaces: Replaces = "nothing"
    timeout: Duration = "PT30S"  # of one answer, whole
    max_mb: float = Field(default=32, gt=0, le=256)  # of all pages of one poll, unpacked

    def __post_init__(self) -> None:
        if self.paging == "offset" and self.page_size is None:
            raise ValueError("paging by offset needs page_size")
        if self.replaces != "nothing" and self.paging not in ("none", "next"):
            raise ValueError("an answer that replaces the one before is whole: no other paging")
        _without_secrets(self.params, "params")
        _without_secrets(self.headers, "headers")


def _table(path: str) -> str:
    """Return a path of the lake, or an address in a bucket."""
    if path.startswith(SCHEME):
        return in_bucket(path)
    if "://" in path:
        raise ValueError(f"{path!r} is neither a folder nor an address such as s3://lake/air")
    return path


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LakeWay:
    """Parquet or CSV files in partitions (`day=2026-11-22/…`), aggregated by DuckDB.

    They lie in a folder, or in a bucket. `sql` reads the table `lake`: the files of one partition,
    with its keys as columns. It is asked anew for each partition whose files are new or changed, so
    a group must not reach over several; a group that a partition does not have any more is
    withdrawn. So is all that a partition said that is away for `gone_after`, and at two looks or
    more, while the others are there; not where its first row is older than the `retention` of the
    lake itself, nor where what is `gone` is "kept".
    """

    # below IOC_LAKE, or absolute, or s3://bucket/prefix
    path: Annotated[str, AfterValidator(_table)] = Field(min_length=1)
    sql: str = Field(min_length=1)
    every: Every | None = None  # default: as often as its place is looked at (every_s)
    memory_mb: int = Field(default=512, ge=64, le=65536)
    max_rows: int = Field(default=200_000, ge=1, le=5_000_000)  # of the answer for a partition
    gone: Literal["withdrawn", "kept"] = "withdrawn"
    gone_after: Duration = "PT10M"
    retention: Duration | None = None  # for how long the lake keeps a partition
    timeout: Duration = "PT2M"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class QueryWay:
    """SQL that the lake's own database executes; only its answer travels.

    With `watermark`, a column of the answer, `:watermark` in the SQL is the highest value there has
    been (less `overlap` when it is an instant), `begin` before the first answer. `replaces` as of
    an address, of rows without a reference of their own.
    """

    database: str  # SQLAlchemy URL without a password
    sql: str = Field(min_length=1)
    secret: SecretName | None = None  # its password
    watermark: str | None = None
    begin: datetime | int | float | str | None = None
    overlap: Duration = "PT1M"
    replaces: Replaces = "nothing"
    every: Every | None = None  # default: the dataset's cadence
    max_rows: int = Field(default=100_000, ge=1, le=5_000_000)
    timeout: Duration = "PT1M"

    def __post_init__(self) -> None:
        if "://" not in self.database or ("@" in self.database and ":" in _user(self.database)):
            raise ValueError("database must be a SQLAlchemy URL without a password; name a secret")
        if _PASSWORD.search(unquote(self.database)):
            raise ValueError("database must hold no password in its parameters; name a secret")
        if self.watermark is not None and self.replaces == "all":
            raise ValueError("an answer since a watermark is of a while; expected 'span'")
        if self.watermark is not None and (":watermark" not in self.sql or self.begin is None):
            raise ValueError("a watermark needs `begin`, and :watermark in the SQL")


def _broker(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError(f"{address!r} is no address such as mqtts://broker.example.org:8883")
    if parts.username or parts.password:
        raise ValueError("an address must hold no user or password; name `user` and a `secret`")
    return address


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MqttWay:
    """A broker and topic filters; a session that outlives connections and restarts of ours."""

    broker: Annotated[str, AfterValidator(_broker)]
    topics: tuple[Annotated[str, Field(min_length=1, max_length=1000)], ...] = Field(min_length=1)
    qos: Literal[0, 1] = 1
    user: str | None = None
    secret: SecretName | None = None
    ca: str | None = None  # file of the authority that signed the broker's certificate
    protocol: Literal["5", "3.1.1"] = "5"
    session: Duration = "P7D"  # for which the broker keeps what we miss
    keep_alive: Duration = "PT30S"
    max_kb: int = Field(default=256, ge=1, le=262_144)  # of one message


def _user(database: str) -> str:
    return database.partition("://")[2].rpartition("@")[0]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WebhookWay:
    """What others push: POST /in/<dataset> on the feed's port, with a token of its own.

    With `subscription`, the address of an NGSI subscription of ours, what the broker says to have
    sent is compared with what came; after a gap, or `silence`, the way `url` is asked at once.
    """

    secret: SecretName
    header: str = Field(default="Authorization", pattern=r"^[A-Za-z0-9-]+$")  # Bearer, or bare
    max_kb: int = Field(default=1024, ge=1, le=65536)
    silence: Duration | None = None
    subscription: HttpAddress | None = None
    every: Every = "PT1M"  # how often the subscription is looked at


def _networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        ip_network(text)
    return texts


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ListenWay:
    """Syslog over TCP, by TLS where the feed has a certificate (RFC 5425, 6587)."""

    port: int = Field(ge=1, le=65535)
    allow: Annotated[tuple[str, ...], AfterValidator(_networks)] = ("127.0.0.0/8", "::1/128")
    connections: int = Field(default=256, ge=1, le=10_000)
    connections_each: int = Field(default=64, ge=1, le=10_000)  # of one address
    idle: Duration = "PT1H"  # after which a silent connection is closed


def _from_address(given: Any) -> Any:
    return {"address": given} if isinstance(given, str) else given


Url = Annotated[UrlWay, BeforeValidator(_from_address)]
PolledWay = UrlWay | LakeWay | QueryWay
Way = PolledWay | MqttWay | WebhookWay | ListenWay
