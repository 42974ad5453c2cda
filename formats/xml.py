"""Text in XML 1.0."""

import re
from xml.sax.saxutils import escape

# What no XML document can hold, not even escaped; and what a reader of lines takes for their end.
_ILLEGAL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def legal(text: str) -> str:
    """Without the characters that XML refuses."""
    return _ILLEGAL.sub("", text)


def content(text: str) -> str:
    """
    >>> content("a < b ]]>")
    'a &lt; b ]]&gt;'
    """
    return escape(legal(text), {"\r": "&#13;"})


def attribute(text: str) -> str:
    """With its quotes."""
    return f'"{escape(legal(text), {chr(34): "&quot;", chr(9): "&#9;", chr(10): "&#10;", chr(13): "&#13;"})}"'
