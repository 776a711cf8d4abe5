"""A table of the lake that lies in a bucket: an object store is listed, and told of in a sentence.

Listed once a look, page by page, and only below the table; what DuckDB then reads of it is read in
its own process (lake_objects.py). The client is loaded where there is a bucket, and nowhere else.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from data_access.errors import IntakeError
from data_access.intake.partition import MOST_FILES, Kind, LakeFile, Partition, is_open, is_wanted
from language import Told, told
from settings import ObjectStore, SettingsError
from settings.object_store import SCHEME

if TYPE_CHECKING:
    from obstore.store import S3Store

PAGE = 1000  # objects of one answer, as stores have it
REQUEST_S = 15
CONNECT_S = 5
_CODE = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
_KEYS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A Place; `address` is s3://bucket/prefix of the table."""

    address: str
    options: Mapping[str, Any]  # what opens it (`options_of`)
    timeout_s: float
    _opened: list[S3Store] = field(default_factory=list)

    every_s: ClassVar[float] = 30.0  # each look is a request, and one more a thousand objects

    @property
    def where(self) -> str:
        """All below which DuckDB may read."""
        return f"{self.address}/"

    def opened_with(self) -> Mapping[str, Any]:
        """Return what opens the bucket, for another process."""
        return self.options

    async def partitions(self, kind: Kind) -> list[Partition]:
        """Return every partition that has objects of `kind`; raises IntakeError."""
        try:
            async with asyncio.timeout(self.timeout_s):
                folders = await self._listed(kind)
        except TimeoutError as error:
            raise IntakeError(
                told(
                    "the object store did not answer within {timeout_s:g} s",
                    timeout_s=self.timeout_s,
                )
            ) from error
        except IntakeError:
            raise
        except Exception as error:
            raise IntakeError(self.meaning(str(error))) from error
        top = self.address.rpartition("/")[2]
        found = (Partition.of(f"{top}/{at}".rstrip("/"), files) for at, files in folders.items())
        return [each for each in found if each is not None]

    async def _listed(self, kind: Kind) -> dict[str, list[LakeFile]]:
        """Return the files of each folder below the table."""
        import obstore

        bucket, _, prefix = self.address.removeprefix(SCHEME).partition("/")
        below = len(prefix) + 1 if prefix else 0
        folders: dict[str, list[LakeFile]] = {}
        count = 0
        async for page in obstore.list(self._store(bucket), prefix or None, chunk_size=PAGE):
            for each in page:
                *inside, name = each["path"][below:].split("/")
                if not is_wanted(name, kind) or not all(map(is_open, inside)):
                    continue
                count += 1
                changed_ns = round(each["last_modified"].timestamp() * 1e6) * 1000
                path, mark = f"{SCHEME}{bucket}/{each['path']}", each["e_tag"] or str(changed_ns)
                file = LakeFile(path, each["size"], changed_ns, mark)
                folders.setdefault("/".join(inside), []).append(file)
            if count > MOST_FILES:
                raise IntakeError(
                    told("more than {most} files in {folder}", most=MOST_FILES, folder=self.address)
                )
        return folders

    def _store(self, bucket: str) -> S3Store:
        """Return the client, which is kept: its connections are used again."""
        if not self._opened:
            from obstore.store import S3Store

            options = dict(self.options)
            retry = {"max_retries": 1, "retry_timeout": timedelta(seconds=REQUEST_S)}
            client = options.pop("client_options")
            self._opened.append(
                S3Store(bucket, client_options=client, retry_config=retry, **options)  # type: ignore[arg-type]
            )
        return self._opened[0]

    def meaning(self, said: str) -> Told:
        """Return what a store's answer means; its own words may hold anything, and stay away."""
        code, status = _CODE.search(said), _STATUS.search(said)
        bucket = self.address.removeprefix(SCHEME).partition("/")[0]
        if code is not None and code[1] == "NoSuchBucket":
            return told("the object store has no bucket {bucket}", bucket=bucket)
        if code is not None and code[1] in _KEYS:
            return told("the object store refuses the key ({code})", code=code[1])
        if status is not None and status[1] in ("401", "403"):
            if self.options.get("skip_signature"):
                return told("the object store refuses access: no key is set (AWS_ACCESS_KEY_ID)")
            return told("the object store refuses access to {bucket}", bucket=bucket)
        if "not found" in said or "Precondition" in said:
            return told("an object went away, or was replaced, while it was read")
        if status is not None:
            return told("the object store answers HTTP {status}", status=status[1])
        if "certificate" in said.lower():
            return told("the certificate of the object store is not trusted (AWS_CA_BUNDLE)")
        if "timed out" in said or "TimedOut" in said:
            return told("the object store does not answer in time")
        if "error sending request" in said or "HTTP error" in said:
            endpoint = urlsplit(self.options.get("endpoint") or "https://s3.amazonaws.com").netloc
            return told("the object store {place} cannot be reached", place=endpoint)
        return told("the object store fails: {said}", said=" ".join(said.split())[:200])


def options_of(store: ObjectStore) -> dict[str, Any]:
    """Return what a client is made with, as JSON takes it; raises SettingsError."""
    client: dict[str, Any] = {"connect_timeout": f"{CONNECT_S}s", "timeout": f"{REQUEST_S}s"}
    options: dict[str, Any] = {"region": store.region, "virtual_hosted_style_request": False}
    if store.endpoint is not None:
        parts = urlsplit(store.endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise SettingsError("AWS_ENDPOINT_URL is wrong: expected https://minio.example.vn:9000")
        options["endpoint"] = store.endpoint.rstrip("/")
        client["allow_http"] = parts.scheme == "http"
    if (store.access_key is None) != (store.secret_key is None):
        raise SettingsError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set both or neither.")
    if store.access_key is None or store.secret_key is None:
        options["skip_signature"] = True
    else:
        options["access_key_id"] = store.access_key.get_secret_value()
        options["secret_access_key"] = store.secret_key.get_secret_value()
        if store.session_token is not None:
            options["session_token"] = store.session_token.get_secret_value()
    if store.ca is not None:
        try:
            client["root_certificate"] = store.ca.read_text("ascii")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "no PEM"
            raise SettingsError(f"AWS_CA_BUNDLE cannot be read: {store.ca} ({why}).") from error
    return {**options, "client_options": client}
