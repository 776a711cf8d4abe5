"""A browser without a screen: cookies, the CSRF token, pages and callbacks as Dash asks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from callbacks.security import CSRF_HEADER
from permissions.demo import DEMO_ACCOUNTS

ORIGIN = "http://127.0.0.1:8050"
HTML = {"Accept": "text/html,application/xhtml+xml"}
ROUTER = "_pages_content.children"


class Client:
    """One browser session against the application."""

    def __init__(
        self, server: Flask, *, origin: str = ORIGIN, csrf_cookie: str = "ioc_csrf"
    ) -> None:
        self._client = server.test_client()
        self._origin = origin
        self._csrf_cookie = csrf_cookie

    def get(self, path: str, **headers: str) -> TestResponse:
        """Load a page or file."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.get(path, base_url=self._origin, headers={**HTML, **given})

    def cookie(self, name: str) -> str:
        """Return a cookie's value, empty when there is none."""
        found = self._client.get_cookie(name, domain=self._origin.split("/")[2].split(":")[0])
        return found.value if found else ""

    def csrf(self) -> str:
        """Return the token of this session, as a page's form carries it."""
        if not self.cookie(self._csrf_cookie):
            self.get("/sign-in")
        return self.cookie(self._csrf_cookie)

    def post(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        *,
        token: str | None = None,
        **headers: str,
    ) -> TestResponse:
        """Send a form; `token` stands in for the right CSRF token."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {"csrf_token": self.csrf() if token is None else token, **(form or {})}
        return self._client.post(
            path,
            data=fields,
            base_url=self._origin,
            headers={"Origin": self._origin, **given},
        )

    def sign_in(self, user_id: str) -> Client:
        """Sign in with a demo account."""
        password = next(each.password for each in DEMO_ACCOUNTS if each.user_id == user_id)
        answer = self.post("/session/sign-in", {"user": user_id, "password": password})
        assert (answer.status_code, answer.location) == (303, "/")
        return self

    def page(self, path: str) -> Any:
        """Return the component tree of a page, as the page router answers it."""
        pathname, _, search = path.partition("?")
        answer = self.call(
            ROUTER,
            {
                "_pages_location.pathname": pathname,
                "_pages_location.search": f"?{search}" if search else "",
            },
        )
        assert answer.status_code == 200, answer.status_code
        return answer.get_json()["response"]["_pages_content"]["children"]

    def call(
        self,
        output: str,
        values: Mapping[str, Any],
        *,
        changed: str | Sequence[str] | None = None,
        token: str | None = None,
    ) -> TestResponse:
        """Call the callback with an output of that name; `values` are its inputs and states."""
        rule = next(rule for rule in self._rules() if output in rule["output"])
        changed = changed or next(iter(values))
        body = {
            "output": rule["output"],
            "outputs": _outputs(rule["output"], values),
            "inputs": [_given(each, values) for each in rule["inputs"]],
            "state": [_given(each, values) for each in rule["state"]],
            "changedPropIds": [changed] if isinstance(changed, str) else list(changed),
        }
        return self._client.post(
            "/_dash-update-component",
            json=body,
            base_url=self._origin,
            headers={
                "Origin": self._origin,
                CSRF_HEADER: self.csrf() if token is None else token,
            },
        )

    def _rules(self) -> list[dict[str, Any]]:
        answer = self._client.get("/_dash-dependencies", base_url=self._origin)
        found: list[dict[str, Any]] = answer.get_json()
        return found


def _outputs(output: str, values: Mapping[str, Any]) -> Any:
    if output.startswith(".."):
        return [_outputs(each, values) for each in output.strip(".").split("...")]
    name, prop = output.rsplit(".", 1)
    prop = prop.split("@")[0]
    if not name.startswith("{"):
        return {"id": name, "property": prop}
    # All components of a part: those whose ids the page sends along as a state.
    part = json.loads(name)["part"]
    parts = set(json.loads(name))
    sent = next((each for key, each in values.items()
                 if key.endswith(".id") and set(json.loads(key[:-3])) == parts), [])  # fmt: skip
    return [{"id": {**each["value"], "part": part}, "property": prop} for each in sent]


def _given(each: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    key = f"{each['id']}.{each['property']}"
    if str(each["id"]).startswith("{"):
        return values.get(key, [])
    return {**each, "value": values.get(key)}


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Return every component of a tree, outermost first."""
    if isinstance(tree, list):
        for each in tree:
            yield from nodes(each)
    elif isinstance(tree, dict) and "props" in tree:
        yield tree
        yield from nodes(tree["props"].get("children"))


def words(tree: Any) -> str:
    """Return every text of a tree, blank-separated."""
    if isinstance(tree, list):
        return " ".join(filter(None, map(words, tree)))
    if isinstance(tree, dict) and "props" in tree:
        return words(tree["props"].get("children"))
    return "" if tree is None or isinstance(tree, dict) else str(tree)


def as_text(answer: TestResponse) -> str:
    """Return the words of everything a callback answered with."""
    return json.dumps(answer.get_json(), ensure_ascii=False)
