"""Where an item stands between its editors and its readers."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from publishing.kinds import Status
from publishing.models import Item


@dataclass(frozen=True, slots=True)
class State:
    """tone: grey, green, amber or red, beside the words and never instead of them."""

    label: Any
    tone: str
    explanation: Any


DRAFT = State(_("Draft"), "grey", _("Readers do not see it."))
PUBLISHED = State(_("Published"), "green", _("Readers see this text."))
CHANGED = State(_("Published, newer draft"), "amber", _("Readers see an earlier text until you publish this one."))
DEPRECATED = State(_("Deprecated"), "red", _("Readers see this text, marked as deprecated."))


def state(item: Item, status: str, *, is_public: bool) -> State:
    """status: of the working text. is_public: whether readers get the item."""
    if not is_public:
        return DRAFT
    if item.has_unpublished_changes:
        return CHANGED
    return DEPRECATED if status == Status.DEPRECATED else PUBLISHED
