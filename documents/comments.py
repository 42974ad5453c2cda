"""The comments of a YAML text."""

import re

import yaml

_COMMENT = re.compile(r"#[^\r\n]*")


def comments(text: str) -> list[str]:
    """From # to the end of the line, in order. The text must be one that can be read.

    >>> comments('a: "#1" # one\\n# two\\n')
    ['# one', '# two']
    """
    if "#" not in text:
        return []
    result = []
    at = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        result += _COMMENT.findall(text, at, max(at, token.start_mark.index))
        at = max(at, token.end_mark.index)
    return [found.rstrip() for found in result + _COMMENT.findall(text, at)]
