"""What can be refused here.

PermissionsError
├── SignInRefused        wrong account or password (never says which)
│   └── TooManyAttempts  not tried at all; `retry_after_s` says when it may be
├── Forbidden            this person may not do this
└── AccountError         an account cannot be made or changed as asked
"""

from __future__ import annotations


class PermissionsError(Exception):
    """Anything this area refuses; `code` is stable and has words in the catalogue."""

    code = "refused"


class SignInRefused(PermissionsError):
    """The account is unknown, disabled, not for here, or the password is wrong."""

    code = "wrongCredentials"


class TooManyAttempts(SignInRefused):
    """Too many failures of this account from this address; nothing was checked."""

    code = "tooManyAttempts"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Forbidden(PermissionsError):
    """The person's role or ceiling does not allow it."""

    code = "forbidden"


class AccountError(PermissionsError):
    """The account cannot be made or changed as asked; the message says what was expected."""

    code = "accountError"
