"""The object store of the lake: where it answers and what opens it, by the names all S3 tools know.

Not for which bucket: that is `IOC_LAKE`, or a dataset's own path. Keys are never of `city/`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr

SCHEME = "s3://"
REGION = "us-east-1"  # what stores of one's own go by, unless they are told another
# What may come from the environment, or from the file of secrets; the first that is set counts.
NAMES: dict[str, tuple[str, ...]] = {
    "endpoint": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "access_key": ("AWS_ACCESS_KEY_ID",),
    "secret_key": ("AWS_SECRET_ACCESS_KEY",),
    "session_token": ("AWS_SESSION_TOKEN",),
    "ca": ("AWS_CA_BUNDLE",),
}
_ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^?#]*)?")


class ObjectStore(BaseModel):
    """An S3 store (AWS, MinIO, Ceph); without an endpoint it is Amazon's, without keys public."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str | None = None  # https://minio.example.vn:9000
    region: str = REGION
    access_key: SecretStr | None = None
    secret_key: SecretStr | None = None
    session_token: SecretStr | None = None
    ca: Path | None = None  # authority (PEM) that signed the endpoint's certificate


def object_store(found: Mapping[str, str], secrets: Mapping[str, str]) -> ObjectStore:
    """Read it from the environment, over the file of secrets."""
    given = {
        field: text
        for field, names in NAMES.items()
        if (text := next((t for n in names if (t := found.get(n) or secrets.get(n))), None))
    }
    return ObjectStore.model_validate(given)


def in_bucket(address: str) -> str:
    """Return an address of a bucket and what is below it; raises ValueError for what is none."""
    if not _ADDRESS.fullmatch(address) or any(
        part in ("", ".", "..") for part in address.rstrip("/").removeprefix(SCHEME).split("/")
    ):
        raise ValueError(f"{address!r} is no address such as s3://lake/air")
    return address.rstrip("/")
