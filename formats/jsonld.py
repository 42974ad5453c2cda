"""RDF as JSON-LD 1.1."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from formats.rdf import PREFIXES, Iri, Node, Value

# Of addresses that search engines want as plain text, and of dates.
_TYPES = {
    "schema:datePublished": "xsd:gYear",
    "schema:dateModified": "xsd:date",
    "schema:image": "@id",
    "schema:inDefinedTermSet": "@id",
    "schema:sameAs": "@id",
    "schema:url": "@id",
    "dct:modified": "xsd:date",
}
_SCHEMA = "schema:"


def _short(name: str) -> str:
    return name.removeprefix(_SCHEMA)


# All of it here: a reader of RDF needs no network for it, and nobody learns who reads.
CONTEXT = {
    "@vocab": PREFIXES["schema"],
    **{name: iri for name, iri in PREFIXES.items() if name != "schema"},
    **{
        _short(name): {"@type": type_} if name.startswith(_SCHEMA) else {"@id": name, "@type": type_}
        for name, type_ in _TYPES.items()
    },
}
# What a page would take for its own when the JSON stands in a script of it; what JavaScript once took for line ends.
_IN_PAGES = {
    b"<": b"\\u003c",
    b">": b"\\u003e",
    b"&": b"\\u0026",
    b"\xe2\x80\xa8": b"\\u2028",
    b"\xe2\x80\xa9": b"\\u2029",
}
_SOME = 100


def jsonld(nodes: Iterable[Node]) -> Iterator[bytes]:
    """One document, in pieces. It may stand in a script element of a page as it is."""
    yield b'{"@context":' + _json(CONTEXT) + b',"@graph":['
    comma = b"\n"
    rest = iter(nodes)
    while some := list(islice(rest, _SOME)):
        for node in some:
            yield comma + _json(_node(node))
            comma = b",\n"
    yield b"\n]}\n"


def _json(value: Any) -> bytes:
    found = orjson.dumps(value)
    for raw, escaped in _IN_PAGES.items():
        if raw in found:
            found = found.replace(raw, escaped)
    return found


def _node(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {"@id": node.id} if node.id else {}
    if node.types:
        found["@type"] = _one_or_all([_short(name) for name in node.types])
    for name, values in node.said.items():
        found[_short(name)] = _one_or_all([_value(value, _TYPES.get(name)) for value in values])
    return found


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _value(value: Value, type_: str | None) -> Any:
    if isinstance(value, Node):
        return _node(value)
    if isinstance(value, int):
        return value
    if isinstance(value, Iri):
        return value.value if type_ == "@id" else {"@id": value.value}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    if value.datatype and value.datatype != type_:
        return {"@value": value.value, "@type": value.datatype}
    # Where the context would make something else of plain text.
    return {"@value": value.value} if type_ and not value.datatype else value.value
