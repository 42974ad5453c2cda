"""Every check, in the order in which findings of one text are shown. A check is a function of one text, or of all."""

from collections.abc import Callable, Iterator

from glossary.health.checks import (
    books,
    dates,
    likeness,
    links,
    mentions,
    names,
    references,
    remarks,
    sections,
    vocabularies,
)
from glossary.health.facts import Facts
from glossary.health.problem import Problem
from glossary.health.snapshot import Snapshot

# Of one text, seen beside the others.
CHECKS: tuple[Callable[[Facts, Snapshot], Iterator[Problem]], ...] = (
    remarks.remarks,
    names.near_keys,
    names.twice,
    names.file_name,
    names.tag_variants,
    vocabularies.categories,
    vocabularies.difficulties,
    references.dangling,
    references.to_itself,
    references.to_hidden,
    references.harder,
    references.in_circles,
    references.one_way,
    references.without_successor,
    references.unused,
    dates.in_future,
    dates.behind,
    dates.stale,
    links.addresses,
    links.checked,
    links.to_nothing,
    mentions.unlinked,
    sections.present,
    sections.headings,
    sections.repeated,
    sections.before_headings,
    sections.brief,
    sections.circular,
    books.in_two,
    books.contradicted,
)
# Of the glossary as a whole.
OVERALL: tuple[Callable[[Snapshot], Iterator[Problem]], ...] = (likeness.near_duplicates, names.rare_tags)
