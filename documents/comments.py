"""The comments of a YAML text."""

import re

import yaml

_COMMENT = re.compile(r"#[^\r\n]*")


def comments(text: str) -> list[str]:
    """From # to the end of the line, in order. The text can be read, and has "\\n" line ends.

    >>> comments('a: "#1" # one\\n# two\\n')
    ['# one', '# two']
    """
    if "#" not in text:
        return []
    result = []
    at = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        result += _COMMENT.findall(text, at, max(at, token.start_mark.index))
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            # The header of a block scalar may have a comment; what follows is text.
            header, _, _ = text[token.start_mark.index :].partition("\n")
            result += _COMMENT.findall(header)
        at = max(at, token.end_mark.index)
    return [found.rstrip() for found in result + _COMMENT.findall(text, at)]
