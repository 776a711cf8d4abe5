"""Errors of the brief.

BriefError
 └── EndpointError    the endpoint gave no answer that can be used; `code` says why
"""


class BriefError(Exception):
    """Any failure of the brief; the message is one sentence."""


class EndpointError(BriefError):
    """`code`: unreachable, late, refused (by HTTP), large, broken (not what the API promises)."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
