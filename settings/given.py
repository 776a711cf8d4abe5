"""What a role is told from outside: each setting, and what may be said of it.

Not for what people edit at run time (the stores) nor for what makes a city (`city/`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from settings.addresses import all_links, is_origin, with_scheme
from settings.object_store import ObjectStore, in_bucket
from settings.secret import LEAST_TOKEN


class Given(BaseModel):
    """All settings of all roles; the field `web_port` is the variable `IOC_WEB_PORT`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(
        default="127.0.0.1", description="address the web server and the controller bind to"
    )
    web_port: int = Field(default=8050, ge=1, le=65535, description="port of the web pages")
    wall_port: int = Field(
        default=8051,
        ge=1,
        le=65535,
        validate_default=True,
        description="port of the wall controller",
    )
    data_dir: Path = Field(
        default=Path("var"), description="folder of stores, cache, tokens and logs"
    )
    city: Path = Field(
        default=Path("city"), description="city folder: agencies, datasets, walls, scenes"
    )
    lake: Path | None = Field(
        default=None,
        description="folder of the data lake, whose files are replayed; or s3://bucket/prefix",
    )
    lake_bucket: str | None = Field(
        default=None, description="the lake where it is a bucket (IOC_LAKE)", exclude=True
    )
    object_store: ObjectStore = Field(
        default_factory=ObjectStore, description="where buckets are: AWS_* variables", exclude=True
    )
    simulate: bool = Field(
        default=False, description="simulate the datasets the lake does not feed"
    )
    feed_host: str = Field(
        default="127.0.0.1", description="address the feed listens on for what is pushed to it"
    )
    feed_port: int = Field(
        default=8052,
        ge=1,
        le=65535,
        validate_default=True,
        description="port of the feed: what is pushed to it, and its metrics",
    )
    feed_certificate: Path | None = Field(
        default=None, description="certificate (PEM) with which the feed listens by TLS"
    )
    feed_key: Path | None = Field(default=None, description="key of that certificate")
    feed_client_ca: Path | None = Field(
        default=None, description="authority (PEM) that must have signed who pushes to the feed"
    )
    feed_connections: int = Field(
        default=512, ge=8, le=100_000, description="most connections to the feed's port at once"
    )
    feed_connections_each: int = Field(
        default=128, ge=1, le=100_000, description="most of them from one address"
    )
    feed_rate: float = Field(
        default=500, gt=0, le=1e6, description="most requests a second to it from one address"
    )
    feed_timeout_s: float = Field(
        default=30, gt=0, le=3600, description="within which a request's head, then body must come"
    )
    live: bool = Field(
        default=True, description="connect to the live sources of the city; 0: only replay"
    )
    secrets_file: Path | None = Field(
        default=None,
        description="file of secrets of live sources, NAME=value lines; only its owner may read it",
    )
    source_secrets: dict[str, SecretStr] = Field(
        default_factory=dict, description="secrets of live sources, a variable each", exclude=True
    )
    boundaries: Path | None = Field(default=None, description="folder of unit boundaries (GeoJSON)")
    replay_speed: float = Field(
        default=1.0, ge=1, le=60, description="speed of the replay, 1 to 60"
    )
    wall_origins: tuple[str, ...] = Field(
        default=(), description="further allowed Origins of the wall link, blank-separated"
    )
    wall_public_url: str | None = Field(
        default=None, description="https origin under which browsers reach the controller at /ws"
    )
    site: str | None = Field(
        default=None, description="the site whose walls this controller has; without it all"
    )
    wall_standby_urls: tuple[str, ...] = Field(
        default=(),
        description="ws addresses of the site's other controllers, blank-separated",
    )
    wall_peers: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="controllers of other sites, site=address,address; blank-separated",
    )
    wall_peer_links: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        validate_default=True,
        description="where pages here reach other sites' controllers, to see their walls live; "
        "like IOC_WALL_PEERS",
    )
    wall_may_forget: bool = Field(
        default=False,
        description="let the walls' state lie in a Redis that may lose what it acknowledged",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="SQLAlchemy URL of PostgreSQL; without it SQLite files in the data folder",
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis URL of the shared cache and the walls' state; without it files",
    )
    jobs: Literal["embedded", "celery"] = Field(
        default="embedded",
        description="who does the jobs: processes of the role `jobs`, or Celery's workers by Redis",
    )
    jobs_at_once: int = Field(
        default=3, ge=1, le=64, description="jobs done at a time by one pool, or one Celery worker"
    )
    jobs_by_schedule: bool = Field(
        default=True,
        description="forecasts, detection, topics and briefs are made by themselves, at intervals",
    )
    service_token: SecretStr | None = Field(
        default=None,
        description="secret of the services; made and kept in the data folder when absent",
    )
    proof_days: float = Field(
        default=92, ge=1, le=3660, description="days for which the proof of display is kept"
    )
    proof_mb: float = Field(
        default=4000, ge=10, le=1_000_000, description="megabytes the proof of display may take"
    )
    proof_thumbnails: bool = Field(
        default=False, description="keep in the proof a small picture of each output and switch"
    )
    ai_url: str | None = Field(
        default=None,
        description="OpenAI-compatible endpoint (https://…/v1) that may write a brief's sentences "
        "anew; without it the rules' own stand",
    )
    ai_model: str | None = Field(
        default=None, validate_default=True, description="model that is asked of that endpoint"
    )
    ai_ceiling: Literal["public", "internal", "restricted"] = Field(
        default="public", description="highest level of what that endpoint is sent"
    )
    language: Literal["vi", "en"] = Field(
        default="vi", description="first language of walls and pages"
    )

    @field_validator("wall_origins", "wall_standby_urls", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        return tuple(given.split()) if isinstance(given, str) else given

    @field_validator("wall_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not is_origin(origin, schemes=("http", "https")):
                raise ValueError(f"{origin!r} is no origin such as https://room.example.org:8443")
        return tuple(origin.rstrip("/") for origin in origins)

    @field_validator("wall_standby_urls")
    @classmethod
    def _links(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return all_links(urls)

    @field_validator("wall_peers", "wall_peer_links", mode="before")
    @classmethod
    def _sites(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        parts = [each.partition("=") for each in given.split()]
        if not all(site and links for site, _, links in parts):
            raise ValueError("must be like ngo-quyen=ws://c.example.org:8051/ws")
        return {site: tuple(links.split(",")) for site, _, links in parts}

    @field_validator("wall_peers")
    @classmethod
    def _peers(
        cls, peers: dict[str, tuple[str, ...]], given: ValidationInfo
    ) -> dict[str, tuple[str, ...]]:
        for urls in peers.values():
            all_links(urls)
        if peers and given.data.get("site") is None:
            raise ValueError("IOC_SITE must say which site this one is")
        if given.data.get("site") in peers:
            raise ValueError("must not name this site, IOC_SITE")
        return peers

    @field_validator("wall_peer_links")
    @classmethod
    def _peer_links(
        cls, links: dict[str, tuple[str, ...]], given: ValidationInfo
    ) -> dict[str, tuple[str, ...]]:
        for site_id, urls in links.items():
            if site_id not in given.data.get("wall_peers", {}):
                raise ValueError(f"IOC_WALL_PEERS does not name the site {site_id!r}")
            all_links(urls)
        return links

    @field_validator("wall_port")
    @classmethod
    def _port_of_its_own(cls, port: int, given: ValidationInfo) -> int:
        if port == given.data.get("web_port"):
            raise ValueError("must differ from IOC_WEB_PORT")
        return port

    @field_validator("feed_port")
    @classmethod
    def _another_port(cls, port: int, given: ValidationInfo) -> int:
        for name in ("web_port", "wall_port"):
            if port == given.data.get(name):
                raise ValueError(f"must differ from IOC_{name.upper()}")
        return port

    @field_validator("feed_certificate", "feed_key", "feed_client_ca")
    @classmethod
    def _file(cls, file: Path | None, given: ValidationInfo) -> Path | None:
        if file is not None and not file.is_file():
            raise ValueError(f"is no file: {file}")
        needs = given.field_name != "feed_certificate" and file is not None
        if needs and given.data.get("feed_certificate") is None:
            raise ValueError("needs IOC_FEED_CERTIFICATE")
        return file

    @field_validator("data_dir")
    @classmethod
    def _no_file(cls, folder: Path) -> Path:
        if folder.exists() and not folder.is_dir():
            raise ValueError(f"is no folder: {folder}")
        return folder

    @field_validator("lake", "boundaries")
    @classmethod
    def _folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError(f"is no folder: {folder}")
        return folder

    @field_validator("lake_bucket")
    @classmethod
    def _bucket(cls, address: str | None) -> str | None:
        return None if address is None else in_bucket(address)

    @field_validator("city")
    @classmethod
    def _city_folder(cls, folder: Path) -> Path:
        if not (folder / "city.toml").is_file():
            raise ValueError(f"has no city.toml: {folder}")
        return folder

    @field_validator("wall_public_url")
    @classmethod
    def _https_origin(cls, url: str | None) -> str | None:
        if url is None:
            return None
        if not is_origin(url, schemes=("https",)):
            raise ValueError("must be an https origin such as https://ioc.example.org")
        return url.rstrip("/")

    @field_validator("ai_url")
    @classmethod
    def _endpoint(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "")
        if url is not None and not (
            parts.scheme in ("http", "https")
            and parts.hostname
            and not (parts.username or parts.password or parts.query or parts.fragment)
        ):
            raise ValueError("must be an address such as https://ai.example.org/v1")
        return url

    @field_validator("ai_model")
    @classmethod
    def _model_of_endpoint(cls, model: str | None, given: ValidationInfo) -> str | None:
        if (model is None) != (given.data.get("ai_url") is None):
            raise ValueError("IOC_AI_URL and IOC_AI_MODEL are set both or neither")
        return model

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        return with_scheme(url, "postgresql", "postgresql+psycopg")

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, url: SecretStr | None) -> SecretStr | None:
        return with_scheme(url, "redis", "rediss", "unix")

    @field_validator("jobs")
    @classmethod
    def _has_broker(cls, who: str, given: ValidationInfo) -> str:
        if who == "celery" and given.data.get("redis_url") is None:
            raise ValueError("needs IOC_REDIS_URL")
        return who

    @field_validator("service_token")
    @classmethod
    def _long_enough(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < LEAST_TOKEN:
            raise ValueError(f"must have at least {LEAST_TOKEN} characters")
        return token
