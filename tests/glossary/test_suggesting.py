"""Suggestions: measured on the sample, with relations, tags and duplicates taken away and planted."""

import doctest
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

import documents
from glossary.editing import save_entry
from glossary.suggesting import asking, likeness, suggesting
from glossary.suggesting.suggesting import MOST, Draft, suggest
from publishing import kinds
from publishing.models import Item

Sample = list[tuple[Any, Draft]]


def draft_of(record: Any, pk: int | None) -> Draft:
    """A record as it stands in its form."""
    sections = {section["key"]: section["markdown"] for section in record.sections}
    return Draft(
        title=record.title,
        aliases=record.aliases,
        tags=record.tags,
        related=record.slugs("related"),
        brief=sections.pop("briefDefinition", ""),
        text="\n\n".join([record.preamble, *sections.values()]),
        slug=record.slug,
        pk=pk,
    )


def drafts() -> Iterator[tuple[Any, Draft]]:
    kind = kinds.get("entry")
    for item in Item.objects.of_kind("entry").select_related("working").order_by("sort_key"):
        record = kind.read(documents.parse(bytes(item.working.data)), item.path).record
        yield record, draft_of(record, item.pk)


@pytest.fixture
def sample(db: None) -> Sample:
    call_command("import_content", verbosity=0)
    return list(drafts())


@pytest.fixture
def entry(db: None) -> Callable[..., Item]:
    def save(title: str, brief: str = "", front: str = "", *, publish: bool = True) -> Item:
        slug = title.lower().replace(" ", "-")
        text = f'---\ntitle: "{title}"\nslug: "{slug}"\n{front}\n---\n\n# Brief Definition\n\n{brief}\n'
        return save_entry(documents.parse(text.encode()), path=f"{slug}.md", publish=publish)

    return save


def test_the_examples_are_right() -> None:
    assert doctest.testmod(likeness).failed == doctest.testmod(suggesting).failed == 0


def test_relations_that_were_taken_away_are_found_again(sample: Sample, record_property: Callable[..., None]) -> None:
    there = {record.slug for record, _ in sample}
    # To be related has no direction: what names the entry counts too.
    naming: dict[str, set[str]] = defaultdict(set)
    for record, _ in sample:
        for slug in record.slugs("related"):
            naming[slug].add(record.slug)
    found = asked = right = given = 0
    for record, draft in sample:
        hidden = [slug for slug in draft.related if slug in there]
        suggested = [one.slug for one in suggest(replace(draft, related=())).related]
        found += len(set(hidden) & set(suggested))
        asked += min(len(hidden), MOST)
        right += len(set(suggested) & {*hidden, *naming[record.slug]})
        given += len(suggested)
    record_property("figures", f"{found} of {asked} hidden relations found; {right} of {given} suggestions are some")
    assert found / asked > 0.85
    assert right / given > 0.9


def test_what_is_related_already_is_not_suggested_nor_the_entry_itself(sample: Sample) -> None:
    for record, draft in sample:
        suggested = {one.slug for one in suggest(draft).related}
        assert not suggested & {record.slug, *draft.related}


def test_tags_that_were_taken_away_are_found_again(sample: Sample, record_property: Callable[..., None]) -> None:
    found = given = hidden = 0
    for _, draft in sample:
        suggested = suggest(replace(draft, tags=())).tags
        found += len(set(suggested) & set(draft.tags))
        given += len(suggested)
        hidden += len(draft.tags)
    record_property("figures", f"{found} of {hidden} hidden tags found; {found} of {given} suggestions were there")
    assert found / given > 0.4
    assert found / hidden > 0.3


def test_the_sample_has_no_duplicates_and_planted_ones_are_found(sample: Sample) -> None:
    for record, draft in sample:
        assert suggest(draft).duplicates == [], record.slug
    for title, slug in (
        ("Embeddings", "embedding"),
        ("Neural network", "neural-networks"),
        ("Word embedding", "embedding"),
        ("Backpropogation", "backpropagation"),
        ("LLM", "large-language-model"),
    ):
        found = suggest(Draft(title=title, brief="Training networks by backpropagation of errors."))
        assert [(one.slug, one.why) for one in found.duplicates] == [(slug, "named")], title
    [embedding] = [draft for record, draft in sample if record.slug == "embedding"]
    copied = suggest(replace(embedding, title="Point in space", slug="point", aliases=(), pk=None))
    assert [(one.slug, one.why) for one in copied.duplicates] == [("embedding", "alike")]


def test_only_what_is_published_is_suggested_and_nothing_deprecated(entry: Callable[..., Item]) -> None:
    text = "A quokka eats eucalyptus."
    entry("Quokka", text)
    entry("Secret quokka", text, publish=False)
    entry("Old quokka", text, "status: deprecated")
    for number in range(20):
        entry(f"Other {number}", f"Stone number {number}.")
    found = suggest(Draft(title="Wallaby", brief="Like the quokka, it eats eucalyptus."))
    assert [(one.slug, one.why) for one in found.related] == [("quokka", "mentioned")]


def test_whoever_names_the_entry_is_suggested(entry: Callable[..., Item]) -> None:
    item = entry("Quokka", "A small animal of islands.")
    entry("Island", "Land with water around, where small animals live.", 'related: ["quokka"]')
    for number in range(20):
        entry(f"Other {number}", f"Stone number {number}.")
    found = suggest(Draft(title="Quokka", brief="A small animal of islands.", slug="quokka", pk=item.pk))
    assert [(one.slug, one.why) for one in found.related] == [("island", "referring")]


@pytest.mark.parametrize(
    "draft",
    [
        Draft(),
        Draft(title="→", brief="…"),
        Draft(title="x" * 300, brief='" OR *', text="' | & ! : <-> \\"),
        Draft(title="模型", brief="深度学习 模型", slug="a b"),
        Draft(text="word " * 100_000),
    ],
)
def test_whatever_is_typed_is_answered(sample: Sample, draft: Draft) -> None:
    suggest(draft)


def test_a_longer_text_costs_no_more_queries(sample: Sample) -> None:
    def count(draft: Draft) -> int:
        with CaptureQueriesContext(connection) as caught:
            suggest(draft)
        return len(caught)

    every = " ".join(draft.text for _, draft in sample)
    short = Draft(title="Embedding", slug="embedding", text="A vector.")
    # The names of all entries are read once for each publication.
    suggest(short)
    assert count(short) == count(replace(short, text=every)) <= 8


def test_a_word_of_every_other_text_is_not_followed(
    entry: Callable[..., Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        entry(f"Other {number}", "Stone.")
    entry("Quokka", "Stone of a quokka.")
    monkeypatch.setattr(asking, "_COMMON", 5)
    assert set(asking.postings(["stone", "quokka"])) == {"quokka"}
