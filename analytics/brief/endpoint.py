"""The city's language model, where it has one: an OpenAI-compatible endpoint, asked within bounds.

It is sent sentences within its ceiling and nothing else, and is waited for a while, not for ever.
What it answers is believed nowhere: `rephrase` and `answers` hold every figure against the rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analytics.brief.errors import EndpointError
from data_access.classification import Classification
from settings import Settings, SettingsError

TIMEOUT_S = 20.0
CONNECT_S = 5.0
MOST_BYTES = 256_000  # of an answer
MOST_SENT = 60_000  # characters
MOST_TOKENS = 2_000
SECRET = "ai-key"
_CHUNK = 16_384

Messages = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where it is, what it may be sent, and how long it is waited for."""

    url: str  # of the API, such as https://ai.example.org/v1
    model: str
    ceiling: Classification
    key: str | None = None
    timeout_s: float = TIMEOUT_S


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Message(_Loose):
    content: str = Field(max_length=MOST_BYTES)


class _Choice(_Loose):
    message: _Message
    finish_reason: str | None = None


class _Completion(_Loose):
    choices: tuple[_Choice, ...] = Field(min_length=1)


class Said(BaseModel):
    """One sentence of an answer: which sentence it stands for, or which it is made of."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str = Field(min_length=1, max_length=1_000)
    id: str = ""
    of: tuple[str, ...] = Field(default=(), max_length=12)


class _Answer(_Loose):
    sentences: tuple[Said, ...] = Field(max_length=60)


def endpoint_of(settings: Settings) -> Endpoint | None:
    """Return the endpoint of the settings, None where there is none."""
    if settings.ai_url is None or settings.ai_model is None:
        return None
    try:
        key = settings.source_secret(SECRET)
    except SettingsError:  # an endpoint inside the city's own network may need none
        key = None
    ceiling = Classification(settings.ai_ceiling)
    return Endpoint(settings.ai_url, settings.ai_model, ceiling, key)


def ask(endpoint: Endpoint, messages: Messages) -> tuple[Said, ...]:
    """Return the sentences the endpoint answers with; raises EndpointError."""
    body = {
        "model": endpoint.model,
        "messages": [dict(each) for each in messages],
        "temperature": 0,
        "max_tokens": MOST_TOKENS,
        "stream": False,
    }
    if sum(len(each["content"]) for each in messages) > MOST_SENT:
        raise EndpointError("large", f"More than {MOST_SENT} characters would be sent.")
    return _sentences(asyncio.run(_complete(endpoint, body)))


async def _complete(endpoint: Endpoint, body: Mapping[str, Any]) -> bytes:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if endpoint.key is not None:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    address = f"{endpoint.url.rstrip('/')}/chat/completions"
    timeout = aiohttp.ClientTimeout(total=endpoint.timeout_s, connect=CONNECT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(
                address, data=orjson.dumps(body), headers=headers, allow_redirects=False
            ) as response,
        ):
            if response.status != 200:
                raise EndpointError("refused", f"It answered with HTTP {response.status}.")
            found = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                found += chunk
                if len(found) > MOST_BYTES:
                    raise EndpointError("large", f"Its answer has more than {MOST_BYTES} bytes.")
            return bytes(found)
    except TimeoutError as error:
        raise EndpointError("late", f"No answer within {endpoint.timeout_s:g} s.") from error
    except aiohttp.ClientConnectorError as error:
        raise EndpointError("unreachable", "It cannot be reached.") from error
    except (aiohttp.ClientError, ConnectionError, ValueError) as error:
        # The vendor's text may hold an address with a secret in it: its kind must do.
        raise EndpointError("broken", f"It broke off ({type(error).__name__}).") from error


def _sentences(encoded: bytes) -> tuple[Said, ...]:
    """Read a completion whose content is a JSON object of sentences."""
    try:
        choice = _Completion.model_validate(orjson.loads(encoded)).choices[0]
        if choice.finish_reason == "length":
            raise EndpointError("broken", "Its answer was cut off.")
        content = choice.message.content.strip()
        if content.startswith("```"):
            content = content.strip("`").removeprefix("json").strip()
        return _Answer.model_validate(orjson.loads(content)).sentences
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise EndpointError("broken", "Its answer is not of the shape asked for.") from error
