"""Which rows of a list an action is for."""

import re
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest
from django.http import HttpRequest

# What no database refuses.
_KEY = re.compile("[0-9]{1,18}")


class ChosenRows:
    """Before a ModelAdmin whose rows have numbers for keys. Its actions take any text for one, and break at others."""

    def response_action(self, request: HttpRequest, queryset: Any, *others: Any, **named: Any) -> Any:
        if not all(_KEY.fullmatch(key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest("What is chosen are keys of rows.")
        return super().response_action(request, queryset, *others, **named)  # type: ignore[misc]
