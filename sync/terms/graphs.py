"""Terms of linked data: SKOS concepts and schema.org's defined terms, in Turtle or JSON-LD."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.text import slugify
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS
from rdflib.term import Node

from publishing.problems import Problem, Severity
from sync.places import SyncError
from sync.terms.mapping import Row
from sync.terms.reading import Rows

# Both are in use.
_SCHEMA = (Namespace("http://schema.org/"), Namespace("https://schema.org/"))
_CONTEXTS = {f"{scheme}://schema.org{end}" for scheme in ("http", "https") for end in ("", "/")}


def rows(text: str, shape: str, name: str, locale: str) -> Rows:
    """Each concept as a row, by title. Nothing is fetched: a context elsewhere is refused.

    Raises:
        SyncError: it cannot be read.
    """
    graph = Graph()
    try:
        if shape == "json-ld":
            text = json.dumps(_local(json.loads(text), name))
        graph.parse(data=text, format=shape)
    except SyncError:
        raise
    except RecursionError as error:
        raise SyncError(f"{name} is nested too deeply.") from error
    # The parsers raise whatever they like, and no two the same.
    except Exception as error:
        line = getattr(error, "lines", None)
        place = f"{name}, line {line + 1}" if isinstance(line, int) else name
        reason = getattr(error, "message", None) or str(error) or type(error).__name__
        raise SyncError(f"{place}: this cannot be read as {shape}: {reason}") from error
    found = _Concepts(graph, locale)
    if not found.slugs:
        raise SyncError(f"{name} has no term: nothing in it is a skos:Concept or a schema:DefinedTerm.")
    each = [found.row(subject) for subject in sorted(found.slugs, key=lambda node: (found.slugs[node], str(node)))]
    problems = []
    if found.elsewhere:
        message = f"References to terms that are not in the file are left out: {found.elsewhere}."
        problems.append(Problem("terms.elsewhere", message, severity=Severity.WARNING, path=name))
    return Rows([], each, problems)


def _local(value: Any, name: str) -> Any:
    """The same with schema.org's context written out. Any other that would have to be fetched is refused."""
    if isinstance(value, list):
        return [_local(each, name) for each in value]
    if not isinstance(value, dict):
        return value
    if "@import" in value:
        raise SyncError(f'{name}: "@import" would be fetched from elsewhere, which is not done. Write the context out.')
    made = {key: _local(each, name) for key, each in value.items()}
    if "@context" in made:
        contexts = made["@context"] if isinstance(made["@context"], list) else [made["@context"]]
        made["@context"] = [_context(each, name) for each in contexts]
    return made


def _context(context: Any, name: str) -> Any:
    if not isinstance(context, str):
        return context
    if context in _CONTEXTS:
        return {"@vocab": "http://schema.org/"}
    raise SyncError(f'{name}: the context "{context}" would be fetched from elsewhere. Write it out in the file.')


class _Concepts:
    def __init__(self, graph: Graph, locale: str) -> None:
        self._graph, self._locale = graph, locale.casefold()
        self.elsewhere = 0
        subjects = {
            subject
            for kind in (SKOS.Concept, *(schema.DefinedTerm for schema in _SCHEMA))
            for subject in graph.subjects(RDF.type, kind)
        }
        self.slugs: dict[Node, str] = {subject: self._slug(subject) for subject in subjects}
        self._collections = {
            member: self._text([collection], SKOS.prefLabel, DCTERMS.title)
            for collection in sorted(graph.subjects(RDF.type, SKOS.Collection), key=str)
            for member in graph.objects(collection, SKOS.member)
        }

    def row(self, subject: Node) -> Row:
        page = [subject, *self._all(subject, *_both("mainEntityOfPage"))]
        values: dict[str, Any] = {
            "slug": self.slugs[subject],
            "title": self._title(subject),
            "aliases": self._texts(subject, SKOS.altLabel, SKOS.hiddenLabel, *_both("alternateName")),
            "category": self._collections.get(subject, ""),
            "difficulty": self._text(page, *_both("educationalLevel")),
            "tags": self._keywords(page),
            "briefDefinition": self._text([subject], SKOS.definition, *_both("description"), DCTERMS.description),
            "detailedExplanation": self._text([subject], SKOS.scopeNote),
            "commonApplications": self._texts(subject, SKOS.example),
            "lastUpdated": self._text(page, DCTERMS.modified, *_both("dateModified"))[:10],
            "broader": self._named(subject, SKOS.broader),
            "related": self._named(subject, SKOS.related),
            "replacedBy": next(iter(self._named(subject, DCTERMS.isReplacedBy)), ""),
        }
        if any(str(value) == "true" for value in self._graph.objects(subject, OWL.deprecated)):
            values["status"] = "deprecated"
        return Row(0, values, str(subject) if isinstance(subject, URIRef) else values["title"])

    def _title(self, subject: Node) -> str:
        return self._text([subject], SKOS.prefLabel, *_both("name"))

    def _slug(self, subject: Node) -> str:
        """What it says itself, if that is a slug with letters, or else of its title."""
        for text in map(str, self._all(subject, DCTERMS.identifier, SKOS.notation, *_both("termCode"))):
            if slugify(text) == text and any(map(str.isalpha, text)):
                return text
        return slugify(self._title(subject))

    def _all(self, subject: Node, *predicates: Node) -> Iterator[Node]:
        for predicate in predicates:
            yield from sorted(self._graph.objects(subject, predicate), key=str)

    def _spoken(self, values: Iterable[Node]) -> list[str]:
        """In the language of the glossary, and those in none; of nothing else."""
        literals = [value for value in values if isinstance(value, Literal)]
        own = [str(one) for one in literals if (one.language or "").casefold().partition("-")[0] == self._locale]
        return own or [str(one) for one in literals if not one.language]

    def _text(self, subjects: Iterable[Node], *predicates: Node) -> str:
        for subject in subjects:
            for predicate in predicates:
                if said := self._spoken(self._all(subject, predicate)):
                    return said[0].strip()
        return ""

    def _texts(self, subject: Node, *predicates: Node) -> list[str]:
        title = self._title(subject)
        found = (text for predicate in predicates for text in self._spoken(self._all(subject, predicate)))
        return [text for text in dict.fromkeys(found) if text != title]

    def _keywords(self, subjects: Iterable[Node]) -> list[str]:
        said = [str(value) for subject in subjects for value in self._all(subject, *_both("keywords"), DCTERMS.subject)
                if isinstance(value, Literal)]  # fmt: skip
        return said[0].split(",") if len(said) == 1 else said

    def _named(self, subject: Node, predicate: Node) -> list[str]:
        others = list(self._all(subject, predicate))
        self.elsewhere += sum(other not in self.slugs for other in others)
        return [self.slugs[other] for other in others if other in self.slugs]


def _both(name: str) -> list[URIRef]:
    return [schema[name] for schema in _SCHEMA]
