"""Who writes, as a revision keeps it."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Author:
    """`user` is the key of an account, None for a command or a person without one."""

    user: Any = None
    name: str = ""
    email: str = ""
    # That of the account, by which the audit log knows it.
    username: str = ""

    @classmethod
    def of(cls, user: Any) -> Self:
        """From an account, or from None."""
        if user is None or not user.is_authenticated:
            return cls()
        return cls(user.pk, user.get_full_name() or user.get_username(), user.email, user.get_username())
