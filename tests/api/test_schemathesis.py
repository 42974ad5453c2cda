"""Requests made up from the schema, right and wrong ones: nothing breaks, and every answer is what the schema says."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import Mock

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance, response_schema_conformance

from config.wsgi import application
from publishing.models import Item
from tests.api.test_writing import EVERYTHING

# Of all operations together.
FEW, MANY = 200, int(os.environ.get("LEMMA_DEEP_EXAMPLES", "50000"))
KNOWN = {"entries": "black-box", "books": "the-big-book"}
ETAG = '"1-a"'


def _schema(*, in_part: bool = False) -> Any:
    # Those of HTTP that say no; what is gone or was overtaken is refused before the body is looked at.
    refusals = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429]
    config = SchemathesisConfig.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": refusals}}})
    described = SchemaGenerator().get_schema(request=None, public=True)
    if in_part:
        for shape in described["components"]["schemas"].values():
            shape.pop("required", None)
    schema = schemathesis.openapi.from_dict(described, config=config)
    schema.app = application
    schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    return schema


schema = _schema()
# Of an answer that was asked for in part: what is there is as described, and nothing has to be there.
PARTS = _schema(in_part=True)
OPERATIONS = len(list(schema.get_all_operations()))


@schema.hook
def map_path_parameters(context: Any, value: dict[str, Any]) -> dict[str, Any]:
    """Every other time something that is there."""
    if value and "slug" in value and len(str(value["slug"])) % 2:
        value["slug"] = KNOWN["books" if "/books/" in context.operation.path else "entries"]
    return value


@schema.hook
def map_headers(context: Any, value: Any) -> Any:
    if value and "If-Match" in value and len(str(value["If-Match"])) % 2:
        value["If-Match"] = ETAG
    return value


@pytest.fixture
def authorised(token: Callable[..., str], black_box: Item, big_book: Item, settings: Any) -> Iterator[dict[str, str]]:
    settings.ALLOWED_HOSTS = ["*"]
    # As the client of Django does: the transaction of the test is not closed by its requests.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield {"Authorization": f"Bearer {token('read', 'write', 'publish', may=EVERYTHING)}"}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(case: Any, headers: dict[str, str]) -> None:
    # A schema cannot say which slugs there are, what was edited since, or that a list holds each word once.
    excluded = [positive_data_acceptance]
    if "fields" not in (case.query or {}):
        case.call_and_validate(headers=headers, excluded_checks=excluded)
        return
    # Nor that with `fields` only some of them are there.
    answer = case.call_and_validate(headers=headers, excluded_checks=[*excluded, response_schema_conformance])
    PARTS[case.operation.path][case.operation.method].validate_response(answer)


def test_parts_that_are_not_as_described_are_seen() -> None:
    operation = PARTS["/api/v1/entries/{slug}/"]["GET"]
    headers = {"content-type": ["application/json"]}

    def answer(body: bytes) -> Any:
        return schemathesis.Response(
            status_code=200, headers=headers, content=body, request=Mock(), elapsed=0, verify=True
        )

    operation.validate_response(answer(b'{"extra": {"reviewedBy": "Ada"}}'))
    with pytest.raises(Exception, match="violates schema"):
        operation.validate_response(answer(b'{"title": 3}'))


@schema.parametrize()
@settings(
    max_examples=max(1, FEW // OPERATIONS),
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
def test_every_answer_is_what_the_schema_says(case: Any, authorised: dict[str, str]) -> None:
    ask(case, authorised)


@pytest.mark.deep
@schema.parametrize()
@settings(max_examples=-(-MANY // OPERATIONS), suppress_health_check=list(HealthCheck), deadline=None)
def test_every_one_of_many_answers_is_what_the_schema_says(case: Any, authorised: dict[str, str]) -> None:
    ask(case, authorised)
