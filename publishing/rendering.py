"""Markdown of bodies as the HTML that our own pages show: rendered as the API does, with images where they are."""

import re

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from publishing import assets

# As bodies link images: from the folder of the file up to the content root.
_IMAGE = re.compile(rf'(?<=src=")(?:\.\./)*{assets.FOLDER}/({assets.NAME.pattern})(?=")')
# To other files of the glossary, which have no page here.
_FILE = re.compile(r'<a href="(?!https?:|mailto:|#)[^"]*"')


def html(markdown: str) -> SafeString:
    """Without anything that runs."""
    render = import_string(settings.MARKDOWNX_MARKDOWNIFY_FUNCTION)
    # The renderer sanitises; the address put in is our own and a hash.
    return mark_safe(_IMAGE.sub(rf"{assets.address()}\1", render(markdown)))  # noqa: S308


def standalone(markdown: str) -> SafeString:
    """The same for a page by itself: links to other files are shown as such, and lead nowhere."""
    return mark_safe(_FILE.sub('<a class="file"', html(markdown)))  # noqa: S308
