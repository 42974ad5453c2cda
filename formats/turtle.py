"""RDF as Turtle 1.1."""

import re
from collections.abc import Iterable, Iterator

from formats.rdf import PREFIXES, Iri, Node, Text, Value

PROLOGUE = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Quotes, and what editors and line readers would take for something else: controls, line ends of Unicode, BOM.
_UNSAFE = re.compile('[\\\\"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')


def turtle(nodes: Iterable[Node]) -> Iterator[str]:
    """A block for each node, without the prefixes."""
    for node in nodes:
        lines = [f"    {line}" for line in _lines(node)]
        if lines:
            yield f"\n{_iri(node.id)}\n" + " ;\n".join(lines) + " .\n"


def _lines(node: Node) -> Iterator[str]:
    if node.types:
        yield f"a {', '.join(node.types)}"
    for name, values in node.said.items():
        yield f"{name} {', '.join(map(_value, values))}"


def _value(value: Value) -> str:
    if isinstance(value, Iri):
        return _iri(value.value)
    if isinstance(value, Node):
        return f"[ {' ; '.join(_lines(value))} ]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return _text(value)


def _text(text: Text) -> str:
    quoted = f'"{_UNSAFE.sub(_escaped, text.value)}"'
    if text.language:
        return f"{quoted}@{text.language}"
    return f"{quoted}^^{text.datatype}" if text.datatype else quoted


def _escaped(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04X}"


def _iri(iri: str) -> str:
    return f"<{iri}>"
