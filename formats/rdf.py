"""Statements, before they are Turtle or JSON-LD. Both are written from the same ones, so they say the same."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

PREFIXES = {
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


_SURROGATE = re.compile("[\ud800-\udfff]")


class Iri(NamedTuple):
    value: str


class Text(NamedTuple):
    """At most one of a language and a datatype, the latter as in "xsd:date"."""

    value: str
    language: str = ""
    datatype: str = ""


@dataclass(slots=True)
class Node:
    """Something and what is said of it, by properties as in "skos:prefLabel". Without an `id` it is a blank node, and
    stands where it is a value. The values of a property are in no order.
    """

    id: str
    types: tuple[str, ...] = ()
    said: dict[str, list["Value"]] = field(default_factory=dict)

    def say(self, name: str, *values: "Value | str") -> None:
        """Adds values. What is empty says nothing, and nothing is said twice."""
        for value in values:
            stated = Text(value) if isinstance(value, str) else value
            if isinstance(stated, Text):
                # Half a character is none, in any encoding.
                stated = stated._replace(value=_SURROGATE.sub("\ufffd", stated.value))
            if isinstance(stated, Text | Iri) and not stated.value:
                continue
            found = self.said.setdefault(name, [])
            if stated not in found:
                found.append(stated)


Value = Iri | Text | int | bool | Node
