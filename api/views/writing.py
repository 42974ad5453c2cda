"""Writing entries and books. Each method does one thing through the door that the admin uses."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from api import (
    access,
    caching,
    describing,
    fields,
    idempotency,
    importing,
    parameters,
    preconditions,
    refusals,
    resources,
    throttling,
    writing,
)
from api.access import Act
from api.parsers import MarkdownParser, StrictJSONParser
from api.problems import ApiError, field_error
from api.public import JSON, PublicView
from api.resources import BOOKS, ENTRIES, Resource
from publishing import editing, lifecycle, renaming
from publishing.authors import Author
from publishing.models import Item, Published, Revision
from publishing.steps import Signature

_LONGEST_MESSAGE = 300
_SAVING = ("publish", "message")


class WriteView(PublicView):
    """A view that writes, besides what it may read. Reads stay as they are: only other methods come through DRF."""

    authentication_classes = access.AUTHENTICATION
    throttle_classes = [throttling.TokenRate, throttling.WriteRate]
    parser_classes = [StrictJSONParser, MarkdownParser]
    resource: Resource

    def get_throttles(self) -> list[Any]:
        # To ask what is allowed is not to write.
        return [] if self.request.method == "OPTIONS" else super().get_throttles()

    def signed(self, request: Request, values: dict[str, str]) -> dict[str, Any]:
        """Who writes, and why, as the doors want it."""
        message = values.get("message", "")
        if len(message) > _LONGEST_MESSAGE:
            raise parameters.invalid(
                "message", f'"message" has {len(message)} characters.', f"Give it at most {_LONGEST_MESSAGE}."
            )
        return {"author": request.user, "origin": "api", "message": message}

    def answer(self, request: Request, item: Item, status: int = 200) -> HttpResponseBase:
        """The item as editors see it now, with the ETag for the next write."""
        root = self.resource.root(request._request)
        body, working = writing.answer_of(self.resource, item, root)
        response = HttpResponse(body, status=status, content_type=JSON)
        if status == 201:
            response["Location"] = resources.detail(root, working.slug)
        return caching.private(response, working.etag)

    def sent(self, request: Request) -> Any:
        """The body: what its JSON says, or the bytes of a file."""
        data: Any = request.data
        # DRF asks no parser about a body without a byte.
        is_file = (request.content_type or "").partition(";")[0].strip().lower() == MarkdownParser.media_type
        return b"" if is_file and not isinstance(data, bytes) else data

    def once(self, request: Request, carry_out: Callable[[], HttpResponseBase]) -> HttpResponseBase:
        data = self.sent(request)
        body = data if isinstance(data, bytes) else json.dumps(data, sort_keys=True).encode()
        return idempotency.once(request, body, carry_out)


class Creating(WriteView):
    """A list that takes new items."""

    def post(self, request: Request) -> HttpResponseBase:
        access.allow(request, self.resource, Act.ADD)
        values = parameters.read(request.query_params, _SAVING)
        publish = parameters.flag(values, "publish")
        if publish:
            access.allow(request, self.resource, Act.PUBLISH)
        who = self.signed(request, values)
        data = self.sent(request)
        is_file = isinstance(data, bytes)

        def carry_out() -> HttpResponseBase:
            with refusals.answered(with_lines=is_file):
                document = writing.filed(self.resource, data) if is_file else writing.made(self.resource, data)
                item = writing.save(self.resource, document, publish=publish, **who)
            return self.answer(request, item, 201)

        return self.once(request, carry_out)


class Editing(WriteView):
    """An item that can be changed."""

    def put(self, request: Request, slug: str) -> HttpResponseBase:
        return self._change(request, slug, is_whole=True)

    def patch(self, request: Request, slug: str) -> HttpResponseBase:
        return self._change(request, slug, is_whole=False)

    def _change(self, request: Request, slug: str, *, is_whole: bool) -> HttpResponseBase:
        access.allow(request, self.resource, Act.CHANGE)
        values = parameters.read(request.query_params, _SAVING)
        publish = parameters.flag(values, "publish")
        if publish:
            access.allow(request, self.resource, Act.PUBLISH)
        who = self.signed(request, values)
        data = self.sent(request)
        is_file = isinstance(data, bytes)
        if is_file and not is_whole:
            raise ApiError(415, "unsupported_media_type", "A file replaces the whole: send it by PUT.")
        item = writing.item_of(self.resource, slug)
        revision = preconditions.base_revision(request._request)
        with refusals.answered(with_lines=is_file):
            if is_file:
                document = writing.replaced(self.resource, item, revision, data)
            else:
                document = writing.changed(self.resource, item, revision, data, is_whole=is_whole)
            saved = writing.save(self.resource, document, item=item, base_revision=revision, publish=publish, **who)
        return self.answer(request, saved)

    def delete(self, request: Request, slug: str) -> HttpResponseBase:
        access.allow(request, self.resource, Act.DELETE)
        who = self.signed(request, parameters.read(request.query_params, ("message",)))
        item = writing.item_of(self.resource, slug)
        if Published.objects.filter(item=item).exists():
            # Readers would miss it.
            access.allow(request, self.resource, Act.PUBLISH)
        revision = preconditions.base_revision(request._request)
        with refusals.answered():
            editing.delete(item, base_revision=revision, **who)
        return caching.private(HttpResponse(status=204))


class ActionView(WriteView, ABC):
    """One thing that is done to an item, by POST. `body`: the fields that the request may have, with their types."""

    parser_classes = [StrictJSONParser]
    acts: tuple[Act, ...]
    body: dict[str, tuple[type, str]] = {}
    needed: tuple[str, ...] = ()

    def post(self, request: Request, slug: str) -> HttpResponseBase:
        access.allow(request, self.resource, *self.acts)
        who = self.signed(request, parameters.read(request.query_params, ("message",)))
        data = self._checked(request.data)

        def carry_out() -> HttpResponseBase:
            item = self.item(request, slug)
            with refusals.answered():
                done = self.act(request, item, data, who)
            return self.answer(request, done)

        return self.once(request, carry_out)

    def item(self, request: Request, slug: str) -> Item:
        return writing.item_of(self.resource, slug)

    @abstractmethod
    def act(self, request: Request, item: Item, data: dict[str, Any], who: dict[str, Any]) -> Item:
        """Does it. Gives the item as it is afterwards."""

    def _checked(self, data: Any) -> dict[str, Any]:
        # Nothing at all is an object without fields.
        if not isinstance(data, dict):
            raise fields.invalid([field_error("", "The body must be an object.", "")])
        allowed = f"Allowed: {', '.join(self.body)}." if self.body else "Send none."
        errors = [
            field_error(name[:60], f'There is no field "{name[:60]}".', allowed)
            for name in data
            if name not in self.body
        ]
        errors += [field_error(name, f'"{name}" is missing.', "") for name in self.needed if name not in data]
        errors += [
            field_error(name, f'"{name}" must be {noun}.', "")
            for name, (type_, noun) in self.body.items()
            # A boolean is an int to Python.
            if name in data and type(data[name]) is not type_
        ]
        if errors:
            raise fields.invalid(errors)
        return dict(data)


class PublishView(ActionView):
    acts = (Act.PUBLISH,)
    body = {"lastUpdated": (str, "a day such as 2025-01-28")}

    def act(self, request: Request, item: Item, data: dict[str, Any], who: dict[str, Any]) -> Item:
        day = _day(data["lastUpdated"]) if "lastUpdated" in data else None
        base = preconditions.base_revision(request._request)
        return lifecycle.publish(item, base_revision=base, set_last_updated=day, **who)


class UnpublishView(ActionView):
    acts = (Act.PUBLISH,)

    def act(self, request: Request, item: Item, data: dict[str, Any], who: dict[str, Any]) -> Item:
        return lifecycle.unpublish(item, base_revision=preconditions.base_revision(request._request), **who)


class RenameView(ActionView):
    acts = (Act.PUBLISH,)
    body = {"slug": (str, "a text")}
    needed = ("slug",)

    def act(self, request: Request, item: Item, data: dict[str, Any], who: dict[str, Any]) -> Item:
        base = preconditions.base_revision(request._request)
        return renaming.rename(item, data["slug"], base_revision=base, **who)


class RestoreView(ActionView):
    """An older text again; of a deleted item too, which nobody can have changed since, so that If-Match is not due."""

    acts = (Act.CHANGE,)
    body = {"version": (int, "a whole number"), "publish": (bool, "true or false")}

    def item(self, request: Request, slug: str) -> Item:
        try:
            return writing.item_of(self.resource, slug)
        except ApiError as error:
            if error.status_code == 410 and (found := writing.deleted(self.resource, slug)):
                return found
            raise

    def act(self, request: Request, item: Item, data: dict[str, Any], who: dict[str, Any]) -> Item:
        if item.deleted_at:
            # Whoever may not delete does not undo it for others either, as in the admin.
            access.allow(request, self.resource, Act.DELETE)
        publish = data.get("publish", False)
        if publish:
            access.allow(request, self.resource, Act.PUBLISH)
        base = None if item.deleted_at else preconditions.base_revision(request._request)
        if "version" not in data and not item.deleted_at:
            raise fields.invalid([field_error("version", '"version" is missing.', "Say which text is to come back.")])
        number = data.get("version", item.revision)
        if not 0 < number <= item.revision:
            message = f"There is no version {number}; the newest is {item.revision}."
            raise fields.invalid([field_error("version", message, "")])
        return lifecycle.restore(item, number, base_revision=base, publish=publish, **who)


@describing.importing
class ImportView(WriteView):
    """Many files, all or none."""

    parser_classes = [StrictJSONParser]

    def post(self, request: Request) -> HttpResponseBase:
        values = parameters.read(request.query_params, ("message",))
        who = self.signed(request, values)
        if not request.user.is_authenticated:
            raise access.unauthenticated("This needs a token, or a login.")
        data = self.sent(request)
        flags = _flags(data, ("dryRun", "publish"), also=("files",))
        files = importing.files_of(data)
        # Whether a file is new shows only when it is read, and whoever changes may see what there is.
        acts = [Act.ADD, Act.CHANGE, *([Act.PUBLISH] if flags["publish"] else [])]
        kinds = {found[0] for one in files if (found := importing.kind_of(one.path))}
        for kind in kinds or _RESOURCES:
            access.allow(request, _RESOURCES[kind], *acts)
        signature = Signature(Author.of(request.user), Revision.Origin.API, who["message"])

        def carry_out() -> HttpResponseBase:
            outcome = importing.run(files, signature, _RESOURCES, publish=flags["publish"], dry_run=flags["dryRun"])
            if outcome.problems:
                count = len(outcome.problems)
                said = "There is a problem" if count == 1 else f"There are {count} problems"
                said = f"{said}. Nothing was written."
                if outcome.conflict:
                    raise ApiError(409, "import.conflict", said, outcome.problems)
                raise ApiError(400, "invalid", said, outcome.problems)
            body = orjson.dumps({"dryRun": flags["dryRun"], "results": outcome.results})
            return caching.private(HttpResponse(body, content_type=JSON))

        # Who only asks what would happen asks anew.
        return carry_out() if flags["dryRun"] else self.once(request, carry_out)


_RESOURCES = {resource.kind: resource for resource in (ENTRIES, BOOKS)}


def _flags(data: Any, names: tuple[str, ...], also: tuple[str, ...]) -> dict[str, bool]:
    if not isinstance(data, dict):
        raise fields.invalid([field_error("", "The body must be an object.", 'Write {"files": […]}.')])
    allowed = f"Allowed: {', '.join((*also, *names))}."
    errors = [
        field_error(name[:60], f'There is no field "{name[:60]}".', allowed)
        for name in data
        if name not in (*also, *names)
    ]
    found = {name: data.get(name, False) for name in names}
    errors += [
        field_error(name, f'"{name}" must be true or false.')
        for name, value in found.items()
        if type(value) is not bool
    ]
    if errors:
        raise fields.invalid(errors)
    return found


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
        if day.isoformat() == text:
            return day
    except ValueError:
        pass
    raise fields.invalid([field_error("lastUpdated", f'"{text[:60]}" is no day.', "Write it as 2025-01-28.")])


ACTIONS = {"publish": PublishView, "unpublish": UnpublishView, "rename": RenameView, "restore": RestoreView}


def action(name: str, resource: Resource) -> type[ActionView]:
    view = type(f"{resource.kind.capitalize()}{name.capitalize()}", (ACTIONS[name],), {"resource": resource})
    return describing.action(name, resource.kind)(view)  # type: ignore[no-any-return]


ACTION_VIEWS = {(resource.plural, name): action(name, resource) for resource in (ENTRIES, BOOKS) for name in ACTIONS}
