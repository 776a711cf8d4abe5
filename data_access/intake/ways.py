"""The ways data comes in live, as `city/datasets.toml` describes them below `source`.

Secrets are named here and kept elsewhere (settings.py); an address never holds one.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from data_access.durations import Duration, duration_s

STRICT = ConfigDict(extra="forbid")
SHORTEST_S = 1.0  # between two polls


def _http(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{address!r} is no address such as https://data.example.org/list.json")
    if parts.username or parts.password:
        raise ValueError("an address must hold no user or password; name a `secret`")
    return address


def _every(text: str) -> str:
    if duration_s(text) < SHORTEST_S:
        raise ValueError(f"{text!r} is shorter than a second")
    return text


HttpAddress = Annotated[str, AfterValidator(_http)]
Every = Annotated[Duration, AfterValidator(_every)]
SecretName = Annotated[str, Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$")]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class UrlWay:
    """An address that is asked again and again.

    `params` may hold `{since}` (the last poll that succeeded, less `overlap`; `history` before the
    first one) and `{now}`, as ISO 8601 in UTC. How the secret is sent says `secret_in`: `bearer`,
    `header:NAME`, `query:NAME`, or `basic:USER`.
    """

    address: HttpAddress
    every: Every | None = None  # default: the dataset's cadence
    params: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    overlap: Duration = "PT5M"
    history: Duration = "P1D"
    paging: Literal["none", "page", "offset", "link"] = "none"
    page_param: str = "page"
    offset_param: str = "offset"
    size_param: str = "page_size"
    page_size: int | None = Field(default=None, ge=1, le=100_000)
    first_page: int = Field(default=1, ge=0)
    max_pages: int = Field(default=100, ge=1, le=10_000)
    secret: SecretName | None = None
    secret_in: str = Field(default="bearer", pattern=r"^(bearer|(header|query|basic):\S+)$")
    timeout: Duration = "PT30S"  # of one answer, whole
    max_mb: float = Field(default=32, gt=0, le=256)  # of all pages of one poll, unpacked

    def __post_init__(self) -> None:
        if self.paging == "offset" and self.page_size is None:
            raise ValueError("paging by offset needs page_size")


def _from_address(given: Any) -> Any:
    return {"address": given} if isinstance(given, str) else given


Url = Annotated[UrlWay, BeforeValidator(_from_address)]
Way = UrlWay
