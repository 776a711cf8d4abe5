"""Asking an HTTP address: conditional, page by page, bounded in time, size, pages and redirects.

What is the same as last time is not handed on. Failures that pass (a lost link, 502, 503, 504, 429)
are tried again at once, a few times with jitter; what then still fails is Polling's business.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import tenacity
from yarl import URL

from data_access.durations import duration_s
from data_access.errors import IntakeError
from data_access.intake.entries import entries_in
from data_access.intake.paging import Page, in_one, next_page
from data_access.intake.polling import Fetched
from data_access.intake.spool import Arrival
from data_access.intake.ways import UrlWay
from language import Told, told

ATTEMPTS = 3
MOST_REDIRECTS = 5
CONNECT_S = 10.0
_CHUNK = 65536
_TRANSIENT = (429, 502, 503, 504)
_AGAIN_S = 5.0  # longest Retry-After that is waited for here
_AGENT = "hanoi-ioc (city operations center; polls politely)"
_WHY = {
    401: told("HTTP 401 (the secret is refused)"),
    403: told("HTTP 403 (access is refused)"),
}


class _Transient(IntakeError):
    """What may be gone in a second."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    linked: URL | None  # the next page, as the Link header says (RFC 8288)


@dataclass(frozen=True, slots=True)
class UrlFetch:
    """Asks one address of the city's files; a Fetch of Polling. `secret` was looked up before."""

    way: UrlWay
    session: aiohttp.ClientSession
    clock: Callable[[], float]
    secret: str | None = None
    first_wait_s: float = 0.5  # between attempts, growing, by chance

    async def __call__(self, state: Mapping[str, Any]) -> Fetched:
        """Return what is new; raises IntakeError without any secret in it."""
        if self.way.paging == "entries":
            return await self._entries(state)
        begun_s = self.clock()
        url = URL(self.way.address).update_query(self._params(state, begun_s))
        conditions = _conditions(state) if self.way.paging == "none" else {}
        page = Page(url, self.way.first_page, 0)
        arrivals: list[Arrival] = []
        size = 0
        for _ in range(self.way.max_pages):
            answer = await self._patiently(self._opened(page.url_of(self.way)), conditions)
            if answer.status == 304:
                return Fetched((), state)
            size += len(answer.body)
            if size > self.way.max_mb * 1_000_000:
                raise self._too_big()
            if arrivals and answer.body == arrivals[-1].body:
                break  # a server that does not know pages says the same for ever
            arrivals.append(self._arrival(answer.body, begun_s))
            following = next_page(self.way, page, answer.body, answer.linked)
            if following is None:
                break
            page = following
        else:
            raise IntakeError(
                told("more than {most} pages; raise max_pages, or narrow", most=self.way.max_pages)
            )
        digest = _digest(arrivals)
        kept = {"since": begun_s, "digest": digest, **_validators(answer.headers)}
        if digest == state.get("digest"):
            return Fetched((), kept, size)
        if self.way.paging == "next":
            arrivals = [replace(arrivals[0], body=in_one([each.body for each in arrivals]))]
        if self.way.replaces != "nothing":  # whatever names it has, it is one thing that changes
            arrivals = [replace(each, part=f"{each.name.rpartition('@')[0]}@") for each in arrivals]
        return Fetched([each for each in arrivals if each.body.strip()], kept, size)

    async def _entries(self, state: Mapping[str, Any]) -> Fetched:
        """Return the documents of a feed's entries that are new or changed; those that fail later.

        What was not had this time leaves no trace in the state, so that it is asked for again.
        """
        begun_s = self.clock()
        feed = URL(self.way.address).update_query(self._params(state, begun_s))
        answer = await self._patiently(self._opened(feed), _conditions(state))
        if answer.status == 304:
            return Fetched((), state)
        known: Mapping[str, str] = state.get("entries", {})
        listed = entries_in(feed, answer.body)
        wanted = [url for url, changed in listed.items() if known.get(str(url)) != changed]
        size = len(answer.body)
        arrivals: list[Arrival] = []
        failed: list[Told] = []
        missing = set(wanted[self.way.max_pages :])
        for url in wanted[: self.way.max_pages]:
            try:
                document = await self._patiently(self._opened(url), {})
            except IntakeError as error:
                failed.append(error.told)
                missing.add(url)
                continue
            size += len(document.body)
            if size > self.way.max_mb * 1_000_000:
                raise self._too_big()
            arrivals.append(self._arrival(document.body, begun_s, url))
        kept: dict[str, Any] = {"since": begun_s}
        kept["entries"] = {str(url): each for url, each in listed.items() if url not in missing}
        if not missing:
            kept |= _validators(answer.headers)
        if failed:
            sentence, counts = "{count} of {all} entries: {fault}", (len(failed), len(wanted))
            said = told(sentence, count=counts[0], all=counts[1], fault=failed[0])
            return Fetched(arrivals, kept, size, error=said)
        return Fetched(arrivals, kept, size, more=bool(missing))

    def _params(self, state: Mapping[str, Any], now_s: float) -> dict[str, str]:
        since_s = state.get("since")
        if since_s is None:
            since_s = now_s - duration_s(self.way.history)
        else:
            since_s = float(since_s) - duration_s(self.way.overlap)
        times = {"since": _iso(since_s), "now": _iso(now_s)}
        return {name: _filled(text, times) for name, text in self.way.params.items()}

    def _opened(self, url: URL) -> URL:
        """Return an address with the secret, where that is sent in the query."""
        kind, _, name = self.way.secret_in.partition(":")
        if kind != "query" or self.secret is None:
            return url
        return url.update_query({name: self.secret})

    async def _patiently(self, url: URL, conditions: Mapping[str, str]) -> _Answer:
        """Ask, and again when that may help."""
        retrying = tenacity.AsyncRetrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=tenacity.wait_random_exponential(multiplier=self.first_wait_s, max=_AGAIN_S),
            retry=tenacity.retry_if_exception(_is_worth_another),
            reraise=True,
        )
        return await retrying(self._ask, url, conditions)

    async def _ask(self, url: URL, conditions: Mapping[str, str]) -> _Answer:
        timeout_s = duration_s(self.way.timeout)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._follow(url, conditions)
        except TimeoutError as error:
            raise _Transient(
                told("no whole answer within {timeout_s:g} s", timeout_s=timeout_s)
            ) from error
        except aiohttp.ClientConnectorCertificateError as error:
            raise IntakeError(told("its certificate is not trusted")) from error
        except aiohttp.ClientConnectorError as error:
            why = error.os_error.strerror or str(error.os_error)
            place = f"{error.host}:{error.port}"
            raise _Transient(
                told("cannot connect to {place} ({why})", place=place, why=why)
            ) from error
        except (aiohttp.ClientError, ssl.SSLError, ConnectionError, ValueError) as error:
            # Vendors' texts may hold the address with a secret in its query: their kind must do.
            name = type(error).__name__
            raise _Transient(told("the answer broke off ({name})", name=name)) from error

    async def _follow(self, url: URL, conditions: Mapping[str, str]) -> _Answer:
        first = url
        for _ in range(MOST_REDIRECTS + 1):
            headers = {"User-Agent": _AGENT, **self.way.headers, **conditions}
            if url.origin() == first.origin():  # nobody else is shown the secret
                headers |= self._secret_headers()
            async with self.session.get(url, headers=headers, allow_redirects=False) as response:
                target = response.headers.get("Location")
                if response.status not in (301, 302, 303, 307, 308) or target is None:
                    return await self._read(response)
            url = url.join(URL(target))
            if url.scheme not in ("http", "https") or (first.scheme, url.scheme) == (
                "https",
                "http",
            ):
                raise IntakeError(
                    told("redirects to {scheme}, which is less safe than https", scheme=url.scheme)
                )
        raise IntakeError(told("more than {most} redirects", most=MOST_REDIRECTS))

    def _secret_headers(self) -> dict[str, str]:
        kind, _, name = self.way.secret_in.partition(":")
        if self.secret is None or kind == "query":
            return {}
        if kind == "header":
            return {name: self.secret}
        if kind == "basic":
            return {"Authorization": aiohttp.encode_basic_auth(name, self.secret)}
        return {"Authorization": f"Bearer {self.secret}"}

    async def _read(self, response: aiohttp.ClientResponse) -> _Answer:
        if response.status not in (200, 304):
            raise _refusal(response)
        most = int(self.way.max_mb * 1_000_000)
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > most:
                raise self._too_big()
        links = response.links
        linked = URL(str(links["next"]["url"]), encoded=True) if "next" in links else None
        return _Answer(response.status, response.headers, bytes(body), linked)

    def _too_big(self) -> IntakeError:
        return IntakeError(told("an answer of more than {most:g} MB", most=self.way.max_mb))

    def _arrival(self, body: bytes, at_s: float, url: URL | None = None) -> Arrival:
        url = url or URL(self.way.address)
        name = url.name or url.host or "answer"
        stem, dot, suffix = name.rpartition(".")
        at = datetime.fromtimestamp(at_s, UTC).strftime("%Y%m%dT%H%M%SZ")
        named = f"{stem}@{at}.{suffix}" if dot and stem else f"{name}@{at}"
        return Arrival(named, body, int(at_s * 1_000_000))


def place_of(address: str) -> str:
    """Return an address as it may be shown: without query and fragment."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def _is_worth_another(error: BaseException) -> bool:
    if not isinstance(error, _Transient):
        return False
    return error.retry_after_s is None or error.retry_after_s <= _AGAIN_S


def _refusal(response: aiohttp.ClientResponse) -> IntakeError:
    kind = _Transient if response.status in _TRANSIENT else IntakeError
    after_s = _retry_after_s(response.headers.get("Retry-After", ""))
    why = _WHY.get(response.status) or told("HTTP {status}", status=response.status)
    return kind(why, retry_after_s=after_s)


def _retry_after_s(text: str) -> float | None:
    """Read seconds or a date; None for what is neither."""
    if text.strip().isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if at.tzinfo is None:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _conditions(state: Mapping[str, Any]) -> dict[str, str]:
    names = (("etag", "If-None-Match"), ("lastModified", "If-Modified-Since"))
    return {header: str(state[key]) for key, header in names if state.get(key)}


def _validators(headers: Mapping[str, str]) -> dict[str, str]:
    names = (("etag", "ETag"), ("lastModified", "Last-Modified"))
    return {key: headers[header] for key, header in names if header in headers}


def _digest(arrivals: Sequence[Arrival]) -> str:
    found = hashlib.sha256()
    for each in arrivals:
        found.update(len(each.body).to_bytes(8, "big"))
        found.update(each.body)
    return found.hexdigest()


def _filled(text: str, times: Mapping[str, str]) -> str:
    for name, at in times.items():
        text = text.replace(f"{{{name}}}", at)
    return text


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
