"""What each role may do, asked of the server: every address of the admin, and every action, with each role."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django.utils import timezone

from api.models import Token
from config import roles
from config.roles import ADMINISTRATOR, EDITOR, VIEWER, WRITER
from documents import Document
from glossary.health.models import Finding
from glossary.linkcheck.models import CheckedLink
from glossary.models import Category, Tag
from publishing import batches
from publishing.auditing.models import Event
from publishing.models import Conflict, Item
from sync.models import Run
from tests.operations.codes import known
from webhooks import managing
from webhooks.models import Endpoint

NOBODY = "nobody"
EVERYBODY = (NOBODY, VIEWER, WRITER, EDITOR, ADMINISTRATOR)
# From this role on.
ROLES = {name: set(EVERYBODY[at:]) for at, name in enumerate(EVERYBODY)} | {"superuser": set()}


@dataclass(frozen=True, slots=True)
class Row:
    """One request. least: the first role that may; `superuser`: none of ours."""

    name: str
    path: str
    least: str
    data: dict[str, Any] | None = None
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.note or ('GET' if self.data is None else 'POST')}"


def _of_items(model: str, label: str) -> Iterator[Row]:
    """The pages of entries, and those of books."""
    one = f"{label}/{model}/{{{model}}}"

    def row(page: str, least: str, data: dict[str, Any] | None = None, note: str = "") -> Row:
        at = f"{label}/{model}/" if page == "changelist" else f"{label}/{model}/{page}/"
        path = at if page in ("changelist", "add", "lookup", "forget", "deleted", "create") else f"{one}/{page}/"
        return Row(f"{label}_{model}_{page}", path, least, data, note)

    base = {"base_revision": "1"}
    yield row("changelist", VIEWER)
    yield row("lookup", VIEWER)
    yield row("change", VIEWER)
    yield row("change", WRITER, {**base, "_save": "1"}, "save draft")
    yield row("change", WRITER, {**base, "_review": "1"}, "save and see changes")
    yield row("change", EDITOR, {**base, "_publish": "1"}, "save and publish")
    yield row("change", EDITOR, {**base, "_schedule": "1", "schedule_at": "2100-01-01T10:00"}, "schedule")
    yield row("add", WRITER)
    yield row("add", WRITER, {"_save": "1", "title": "New", "slug": "new"}, "save draft")
    yield row("add", EDITOR, {"_publish": "1", "title": "New", "slug": "new"}, "save and publish")
    yield row("history", VIEWER)
    yield row("compare", VIEWER)
    yield row("restore", WRITER, {**base, "number": "1"})
    yield row("changes", VIEWER)
    yield row("publish", EDITOR, base)
    for do in ("unpublish", "unpublish_at", "cancel_publish", "cancel_unpublish", "nonsense"):
        yield row("act", EDITOR, {**base, "do": do, "at": "2100-01-01T10:00"}, do)
    yield row("act", WRITER, {**base, "do": "discard"}, "discard")
    yield row("change", WRITER, {**base, "_submit": "1"}, "save and submit")
    yield row("review", EDITOR, {**base, "do": "approve", "comment": "x"}, "approve")
    yield row("review", EDITOR, {**base, "do": "return", "comment": "x"}, "send back")
    yield row("review", WRITER, {"do": "withdraw"}, "take back")
    yield row("rename", EDITOR)
    yield row("rename", EDITOR, {"to": "other"})
    yield row("merge", EDITOR)
    yield row("merge", EDITOR, {"to": "other"})
    yield row("duplicate", WRITER, {})
    yield row("download", VIEWER)
    yield row("preview", VIEWER)
    yield row("create", WRITER, {"title": "New", "slug": "new"})
    yield row("deleted", VIEWER)
    yield row("deleted", EDITOR, {"restore": "1"})
    yield Row(f"{label}_{model}_deleted_page", f"{label}/{model}/deleted/1/", VIEWER)
    yield row("page", VIEWER)
    yield row("share", WRITER, {"days": "7"})
    yield row("share", WRITER, {"end": "1"}, "take back")
    yield row("delete", EDITOR)
    yield row("delete", EDITOR, base)
    kept = {"window": "window-of-somebody", "title": "New"}
    yield Row(f"{label}_{model}_autosave_new", f"{label}/{model}/autosave/", WRITER, kept)
    yield row("autosave", WRITER, {**base, **kept})
    yield row("pulse", WRITER, kept)
    yield row("forget", WRITER, {"kept": "1"})
    yield Row(f"{label}_{model}_word", f"{one}/word/", WRITER, {"field": "difficulty", "value": "advanced", "was": ""})
    yield Row(f"{label}_{model}_views", f"{label}/{model}/views/", VIEWER, {"name": "Mine", "query": "q=box"})


def _of_rows(label: str, model: str, look: str, add: str, change: str, delete: str) -> Iterator[Row]:
    """The pages that Django makes for a model."""
    start, one = f"{label}_{model}", f"{label}/{model}/{{{model}}}"
    yield Row(f"{start}_changelist", f"{label}/{model}/", look)
    yield Row(f"{start}_add", f"{label}/{model}/add/", add)
    yield Row(f"{start}_add", f"{label}/{model}/add/", add, {})
    yield Row(f"{start}_change", f"{one}/change/", look)
    yield Row(f"{start}_change", f"{one}/change/", change, {})
    yield Row(f"{start}_history", f"{one}/history/", look)
    yield Row(f"{start}_delete", f"{one}/delete/", delete)
    yield Row(f"{start}_delete", f"{one}/delete/", delete, {"post": "yes"})


ROWS = [
    Row("index", "", VIEWER),
    Row("search", "search/?s=box", VIEWER),
    Row("login", "login/", NOBODY),
    Row("logout", "logout/", NOBODY, {}),
    Row("account_login", "login/", NOBODY),
    # Without a first step it leads back to it.
    Row("mfa_authenticate", "login/code/", VIEWER),
    Row("mfa_login_webauthn", "login/passkey/", VIEWER),
    Row("account_start_over", "login/start-over/", NOBODY),
    # Without a provider there is none.
    Row("single_sign_on", "login/sso/", NOBODY, {}),
    Row("single_sign_on_back", "login/sso/back/", NOBODY),
    # One's own account, and no other.
    Row("mfa_index", "account/", VIEWER),
    Row("account_reauthenticate", "account/password/", VIEWER),
    Row("mfa_reauthenticate", "account/code/", VIEWER),
    Row("mfa_reauthenticate_webauthn", "account/passkey/", VIEWER),
    Row("mfa_activate_totp", "account/app/add/", VIEWER),
    Row("mfa_deactivate_totp", "account/app/remove/", VIEWER),
    Row("mfa_view_recovery_codes", "account/recovery-codes/", VIEWER),
    Row("mfa_generate_recovery_codes", "account/recovery-codes/renew/", VIEWER),
    Row("mfa_add_webauthn", "account/passkeys/add/", VIEWER),
    Row("mfa_edit_webauthn", "account/passkeys/1/", VIEWER),
    Row("mfa_remove_webauthn", "account/passkeys/1/remove/", VIEWER),
    Row("own_sessions", "account/sessions/", VIEWER),
    Row("own_sessions", "account/sessions/", VIEWER, {"session": "x"}),
    # A secret address, of which this is none.
    Row("new_password", "login/new-password/MQ/none/", NOBODY),
    Row("password_change", "password_change/", VIEWER),
    Row("sign-out-everywhere", "sign-out-everywhere/", VIEWER),
    Row("password_change_done", "password_change/done/", VIEWER),
    Row(
        "autocomplete",
        "autocomplete/?app_label=glossary&model_name=entrytag&field_name=tag&term=x",
        VIEWER,
    ),
    Row("jsi18n", "jsi18n/", VIEWER),
    Row("view_on_site", "r/1/1/", VIEWER),
    Row("app_list", "glossary/", VIEWER),
    Row("app_list", "auth/", ADMINISTRATOR),
    # Of the scripts, and public like these.
    Row("admin_texts", "texts.js", NOBODY),
    Row("markdownx_markdownify", "markdownx/markdownify/", WRITER, {"content": "x"}),
    Row("markdownx_upload", "markdownx/upload/", WRITER, {}),
    *_of_items("entry", "glossary"),
    *_of_items("book", "books"),
    *_of_rows("glossary", "category", VIEWER, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR),
    *_of_rows("glossary", "tag", VIEWER, "superuser", "superuser", ADMINISTRATOR),
    Row("glossary_entry_whole_graph", "glossary/entry/graph/", VIEWER),
    Row("glossary_entry_graph", "glossary/entry/{entry}/graph/", VIEWER),
    Row("glossary_entry_path", "glossary/entry/{entry}/path/", VIEWER),
    Row("glossary_entry_suggestions", "glossary/entry/suggestions/", VIEWER, {"title": "Black box"}),
    Row("glossary_tag_lookup", "glossary/tag/lookup/", VIEWER),
    *_of_rows("publishing", "conflict", VIEWER, "superuser", EDITOR, "superuser"),
    *_of_rows("publishing", "batch", EDITOR, "superuser", "superuser", "superuser"),
    Row("publishing_batch_undo", "publishing/batch/{batch}/undo/", EDITOR, {}),
    Row("publishing_batch_undo", "publishing/batch/{drafts}/undo/", EDITOR, {}, "of drafts of somebody else"),
    *_of_rows("sync", "run", EDITOR, "superuser", "superuser", "superuser"),
    Row("sync_run_start", "sync/run/start/", ADMINISTRATOR),
    Row("sync_run_state", "sync/run/{run}/state/", EDITOR),
    *_of_rows("linkcheck", "checkedlink", EDITOR, "superuser", "superuser", "superuser"),
    Row("health_finding_changelist", "health/finding/", VIEWER),
    Row("health_finding_mend", "health/finding/mend/", WRITER, {"code": "related.dangling"}),
    Row("health_finding_mend_one", "health/finding/{finding}/mend/", WRITER, {}),
    Row("health_finding_dismiss", "health/finding/{finding}/dismiss/", WRITER, {"reason": "So it is."}),
    Row("health_finding_lift", "health/finding/{finding}/lift/", WRITER, {}),
    Row("linkcheck_checkedlink_start", "linkcheck/checkedlink/start/", EDITOR),
    Row("sync_upload_changelist", "sync/upload/", EDITOR),
    Row("sync_upload_changelist", "sync/upload/", EDITOR, {}),
    Row("sync_upload_export", "sync/upload/all.zip", VIEWER),
    # Of somebody else, so it is there for nobody.
    Row("sync_upload_change", "sync/upload/1/", EDITOR),
    Row("sync_upload_change", "sync/upload/1/", EDITOR, {}),
    *_of_rows("auth", "user", ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR),
    Row("auth_user_password_change", "auth/user/{user}/password/", ADMINISTRATOR),
    Row("auth_user_password_change", "auth/user/{user}/password/", ADMINISTRATOR, {}),
    Row("auth_user_remove_second_factor", "auth/user/{user}/second-factor/", ADMINISTRATOR),
    Row("auth_user_remove_second_factor", "auth/user/{user}/second-factor/", ADMINISTRATOR, {}),
    *_of_rows("api", "token", ADMINISTRATOR, ADMINISTRATOR, "superuser", ADMINISTRATOR),
    *_of_rows("webhooks", "endpoint", ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR),
    Row("webhooks_endpoint_show", "webhooks/endpoint/{endpoint}/show/", ADMINISTRATOR),
    *(
        Row(
            "webhooks_endpoint_act", "webhooks/endpoint/{endpoint}/act/", ADMINISTRATOR, {"do": do, "position": "0"}, do
        )
        for do in ("test", "secret", "off", "on", "replay")
    ),
    *_of_rows("webhooks", "delivery", ADMINISTRATOR, "superuser", "superuser", "superuser"),
    Row("webhooks_delivery_resend", "webhooks/delivery/{delivery}/resend/", ADMINISTRATOR, {}),
    *_of_rows("auditing", "event", ADMINISTRATOR, "superuser", "superuser", "superuser"),
    *_of_rows("auth", "group", ADMINISTRATOR, "superuser", "superuser", "superuser"),
]

# The actions of lists, by model: name and the first role that may.
ACTIONS = {
    "auth.User": {"delete_selected": ADMINISTRATOR, "sign_out": ADMINISTRATOR},
    "api.Token": {"revoke": ADMINISTRATOR},
    "auth.Group": {"delete_selected": "superuser"},
    "glossary.Entry": {
        **dict.fromkeys(("publish_chosen", "unpublish_chosen", "set_difficulty", "delete_chosen"), EDITOR),
        **dict.fromkeys(("set_category", "add_tags", "remove_tags"), EDITOR),
        "export_chosen": VIEWER,
    },
    "books.Book": {
        **dict.fromkeys(("publish_chosen", "unpublish_chosen", "set_difficulty", "delete_chosen"), EDITOR),
        "export_chosen": VIEWER,
    },
}


@dataclass
class Cast:
    """One account of each role, and something to try them on."""

    clients: dict[str, Client]
    users: dict[str, User]
    keys: dict[str, Any] = field(default_factory=dict)


def _harder(document: Document) -> Document:
    changed = document.copy()
    changed["difficulty"] = "advanced"
    return changed


def _endpoint() -> Endpoint:
    endpoint = Endpoint(name="Site", address="https://example.org/hook")
    managing.create(endpoint)
    return endpoint


@pytest.fixture
def cast(make_entry: Callable[..., Item], make_book: Callable[..., Item]) -> Cast:
    clients, users = {NOBODY: Client()}, {}
    for role in EVERYBODY[1:]:
        users[role] = User.objects.create_user(role.lower(), password="secret", is_staff=True)
        users[role].groups.set([Group.objects.get(name=role)])
        clients[role] = Client()
        clients[role].force_login(users[role])
        known(clients[role])
    entry = make_entry("---\ntitle: Black box\nslug: black-box\ncategory: Theory\n---\n", publish=True)
    book = make_book("---\ntitle: Boxes\nslug: boxes\nauthors: [x]\n---\n", publish=True)
    blob = entry.working
    conflict = Conflict.objects.create(
        item=entry, origin="files", ours=blob, theirs=blob, base=blob, created_at=timezone.now()
    )

    other = make_entry("---\ntitle: Grey box\nslug: grey-box\n---\n", publish=True)
    batch = batches.carry_out([other.pk], batches.unpublishing, label="Taken", author=None).batch
    changing = batches.editing(_harder, only_drafts=True)
    drafts = batches.carry_out([other.pk], changing, label="Harder", author=None, only_drafts=True).batch
    assert batch
    assert drafts
    times, now = ("verdict_at", "checked_at", "due_at"), timezone.now()
    keys = {
        "entry": entry.pk,
        "book": book.pk,
        "category": Category.objects.create(name="Unused", key="unused").pk,
        "tag": Tag.objects.create(name="unused", key="unused").pk,
        "conflict": conflict.pk,
        "user": User.objects.create_user("somebody").pk,
        "batch": batch.pk,
        "run": Run.objects.create(half="sync", root="/x", outcome="failed", started_at=timezone.now()).pk,
        "checkedlink": CheckedLink.objects.create(
            key="0" * 64, address="https://example.org", host="example.org", verdict="ok", **dict.fromkeys(times, now)
        ).pk,
        "finding": Finding.objects.create(edition="working", item=entry, code="x.y", severity="hint", line=0).pk,
        "drafts": drafts.pk,
        "group": Group.objects.create(name="Others").pk,
        "endpoint": (hook := _endpoint()).pk,
        "delivery": managing.send_test(hook).pk,
        "event": Event.objects.create(at=timezone.now(), action="signed in").pk,
        "token": Token.objects.make(users[WRITER], ["read"], days=None)[0].pk,
    }
    return Cast(clients, users, keys)


def may(client: Client, row: Row, keys: dict[str, Any]) -> bool:
    path = "/admin/" + row.path.format(**keys)
    answer = client.get(path) if row.data is None else client.post(path, row.data)
    assert answer.status_code < 500
    to_login = answer.status_code == 302 and answer["Location"].startswith("/admin/login/")
    # Django hides an app of which nothing may be seen.
    is_hidden = row.name == "app_list" and answer.status_code == 404
    return answer.status_code not in (401, 403) and not to_login and not is_hidden


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_address_is_open_to_its_roles_and_to_nobody_else(cast: Cast, row: Row) -> None:
    allowed = set()
    for role, client in cast.clients.items():
        sid = transaction.savepoint()
        if may(client, row, cast.keys):
            allowed.add(role)
        transaction.savepoint_rollback(sid)
    assert allowed == ROLES[row.least]


def addresses() -> set[str]:
    def walk(patterns: Any, before: str) -> Iterator[tuple[str, str | None]]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, route)
            else:
                yield route, pattern.name

    # Those without a name only lead to others: `…/7/` to `…/7/change/`, and whatever is no address to a 404.
    found = walk(get_resolver().url_patterns, "")
    return {name for route, name in found if route.startswith("admin/") and name}


def test_no_address_of_the_admin_is_missing_from_the_table() -> None:
    assert addresses() == {row.name for row in ROWS}


def test_every_action_of_a_list_is_offered_to_its_roles_alone(cast: Cast) -> None:
    offered: dict[str, dict[str, set[str]]] = {}
    for model, page in admin.site._registry.items():
        for role, user in cast.users.items():
            request = RequestFactory().get("/")
            request.user = user
            for name in page.get_actions(request):
                offered.setdefault(model._meta.label, {}).setdefault(name, set()).add(role)
    wanted = {
        model: {name: ROLES[least] for name, least in actions.items() if ROLES[least]}
        for model, actions in ACTIONS.items()
    }
    assert offered == {model: actions for model, actions in wanted.items() if actions}


class TestButtons:
    """What an account may not do is not offered."""

    def shown(self, cast: Cast, role: str, page: str) -> str:
        return cast.clients[role].get(f"/admin/glossary/entry/{cast.keys['entry']}/{page}/").content.decode()

    @pytest.mark.parametrize("role", [VIEWER, WRITER, EDITOR, ADMINISTRATOR])
    def test_the_form_shows_the_buttons_that_may_be_used(self, cast: Cast, role: str) -> None:
        page = self.shown(cast, role, "change")
        for text, least in {
            'name="_save"': WRITER,
            'name="_publish"': EDITOR,
            'name="_schedule"': EDITOR,
            'name="_stamp"': EDITOR,
            'value="unpublish"': EDITOR,
            "/duplicate/": WRITER,
            "/rename/": EDITOR,
            "/delete/": EDITOR,
        }.items():
            assert (text in page) == (role in ROLES[least]), text

    @pytest.mark.parametrize("role", [WRITER, EDITOR])
    def test_publishing_is_offered_beside_the_changes(self, cast: Cast, role: str) -> None:
        address = f"/admin/glossary/entry/{cast.keys['entry']}"
        form = {"base_revision": "1", "title": "White box", "body-preamble": "", "links-TOTAL_FORMS": "0"}
        cast.clients[WRITER].post(f"{address}/change/", {**form, "links-INITIAL_FORMS": "0", "_save": "1"})
        assert Item.objects.get(pk=cast.keys["entry"]).title == "White box"
        page = self.shown(cast, role, "changes")
        assert "lemma-primary" in page or role == WRITER
        assert ('class="lemma-button lemma-primary">Publish<' in page) == (role == EDITOR)


def test_a_writer_changes_nothing_for_readers(cast: Cast) -> None:
    client, address = cast.clients[WRITER], f"/admin/glossary/entry/{cast.keys['entry']}"
    form = {"base_revision": "1", "title": "White box", "body-preamble": ""}
    form |= {"links-TOTAL_FORMS": "0", "links-INITIAL_FORMS": "0", "status": "draft"}
    assert client.post(f"{address}/change/", {**form, "_publish": "1"}).status_code == 403
    client.post(f"{address}/change/", {**form, "_save": "1"})
    item = Item.objects.get(pk=cast.keys["entry"])
    assert (item.title, item.published.title) == ("White box", "Black box")


class TestAccounts:
    def test_an_administrator_gives_a_role(self, cast: Cast) -> None:
        address = f"/admin/auth/user/{cast.keys['user']}/change/"
        group = Group.objects.get(name=WRITER)
        form = {"username": "somebody", "is_active": "on", "is_staff": "on", "groups": [group.pk]}
        form |= {"date_joined_0": "2026-01-01", "date_joined_1": "10:00"}
        answer = cast.clients[ADMINISTRATOR].post(address, {**form, "is_superuser": "on", "user_permissions": ["1"]})
        assert answer.status_code == 302
        user = User.objects.get(pk=cast.keys["user"])
        assert (user.is_staff, user.is_superuser) == (True, False)
        assert list(user.groups.all()) == [group]
        assert not user.user_permissions.exists()

    def test_an_administrator_does_not_touch_superusers(self, cast: Cast) -> None:
        boss = User.objects.create_superuser("boss", password="secret")
        client, address = cast.clients[ADMINISTRATOR], f"/admin/auth/user/{boss.pk}"
        assert client.post(f"{address}/change/", {"username": "boss"}).status_code == 403
        assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
        assert client.get(f"{address}/password/").status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [boss.pk], "post": "yes"}
        assert client.post("/admin/auth/user/", chosen).status_code == 403
        assert User.objects.filter(pk=boss.pk).exists()

    @pytest.mark.parametrize("way", ["of its own", "of its group"])
    def test_nor_accounts_that_may_do_more(self, cast: Cast, way: str) -> None:
        """Whoever could give them a new password could do all that they may."""
        account = User.objects.get(pk=cast.keys["user"])
        extra = Permission.objects.get(codename="change_group")
        if way == "of its own":
            account.user_permissions.add(extra)
        else:
            account.groups.add(group := Group.objects.create(name="Keepers"))
            group.permissions.add(extra)
        client, address = cast.clients[ADMINISTRATOR], f"/admin/auth/user/{account.pk}"
        assert client.post(f"{address}/change/", {"username": "somebody"}).status_code == 403
        assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
        assert client.post(f"{address}/password/").status_code == 403
        assert client.post(f"{address}/second-factor/").status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [account.pk], "post": "yes"}
        assert client.post("/admin/auth/user/", chosen).status_code == 403
        client.post("/admin/auth/user/", {"action": "sign_out", "_selected_action": [account.pk]})
        assert not Event.objects.filter(action=Event.Action.SIGNED_OUT_EVERYWHERE).exists()
        boss = Client()
        boss.force_login(User.objects.create_superuser("boss"))
        assert boss.post(f"{address}/password/").status_code == 200

    @pytest.mark.parametrize("key", ["abc", "_2", "%00", "9" * 40])
    def test_an_account_that_is_none_is_not_found(self, cast: Cast, key: str) -> None:
        for page in ("second-factor", "password", "change"):
            assert cast.clients[ADMINISTRATOR].get(f"/admin/auth/user/{key}/{page}/").status_code in (302, 404)

    @pytest.mark.parametrize("name", ["BOSS", "Ärger"])
    def test_no_account_is_renamed_to_what_looks_like_another(self, cast: Cast, name: str) -> None:
        for other in ("boss", "ärger"):
            User.objects.create_user(other)
        address = f"/admin/auth/user/{cast.keys['user']}/change/"
        form = {"username": name, "date_joined_0": "2026-01-01", "date_joined_1": "10:00"}
        assert "There is an account of this name" in cast.clients[ADMINISTRATOR].post(address, form).content.decode()

    def test_who_keeps_groups_gives_them_nothing_that_they_do_not_have(self, cast: Cast) -> None:
        keeper = User.objects.create_user("keeper", is_staff=True)
        keeper.user_permissions.set(
            Permission.objects.filter(codename__in=["view_group", "change_group", "view_entry"])
        )
        own, editors = Group.objects.create(name="Own"), Group.objects.get(name=EDITOR)
        client = Client()
        client.force_login(keeper)
        wanted = Permission.objects.get(codename="change_user")
        refused = client.post(f"/admin/auth/group/{own.pk}/change/", {"name": "Own", "permissions": [wanted.pk]})
        assert (refused.status_code, own.permissions.count()) == (200, 0)
        assert client.post(f"/admin/auth/group/{editors.pk}/change/", {"name": EDITOR}).status_code == 403
        seen = Permission.objects.get(codename="view_entry")
        assert (
            client.post(f"/admin/auth/group/{own.pk}/change/", {"name": "Own", "permissions": [seen.pk]}).status_code
            == 302
        )
        assert list(own.permissions.all()) == [seen]

    def test_nor_give_what_they_do_not_have(self, cast: Cast) -> None:
        keepers = Group.objects.create(name="Keepers")
        keepers.permissions.add(Permission.objects.get(codename="change_group"))
        readers = Group.objects.create(name="Readers")
        readers.permissions.add(Permission.objects.get(codename="view_entry"))
        address = f"/admin/auth/user/{cast.keys['user']}/change/"
        form = {"username": "somebody", "is_active": "on", "is_staff": "on"}
        form |= {"date_joined_0": "2026-01-01", "date_joined_1": "10:00"}
        client = cast.clients[ADMINISTRATOR]
        assert "Keepers" not in client.get(address).content.decode()
        refused = client.post(address, {**form, "groups": [keepers.pk, readers.pk]})
        assert (refused.status_code, User.objects.get(pk=cast.keys["user"]).groups.count()) == (200, 0)
        assert client.post(address, {**form, "groups": [readers.pk]}).status_code == 302
        assert list(User.objects.get(pk=cast.keys["user"]).groups.all()) == [readers]


def test_roles_are_made_by_a_migration_and_made_again_they_keep_what_was_added(db: None) -> None:
    from django.apps import apps

    names = list(EVERYBODY[1:])
    assert set(Group.objects.values_list("name", flat=True)) == set(names)
    before = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
    for less, more in pairwise(names):
        assert before[less] < before[more]
    writer = Group.objects.get(name=WRITER)
    added = Permission.objects.get(codename="delete_entry")
    writer.permissions.add(added)
    writer.permissions.remove(Permission.objects.get(codename="view_tag"))
    roles.establish(apps)
    after = set(writer.permissions.values_list("codename", flat=True))
    assert after == before[WRITER] | {"delete_entry"}
