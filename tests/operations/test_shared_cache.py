"""CACHE_URL=redis://…: what is shared there, and that its loss costs nobody an answer."""

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis
from django.contrib.auth.models import User
from django.core.cache import cache, caches
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from config import redis_cache
from config.cache_url import read_cache_url
from tests.operations.servers import Redis, redis_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    with redis_server(tmp_path) as found:
        yield found


@pytest.fixture
def shared(server: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Redis:
    """The cache is that of the server; after an outage it is asked again soon."""
    use(settings, server.url)
    monkeypatch.setattr(redis_cache, "PAUSE", 0.05)
    return server


def use(settings: Settings, url: str) -> None:
    settings.CACHES = {"default": read_cache_url(url), "another": read_cache_url(url)}
    redis_cache._away.clear()


@pytest.fixture
def sample(db: None) -> None:
    call_command("import_content", verbosity=0)


def test_without_a_url_each_process_has_its_own() -> None:
    assert read_cache_url("")["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache"
    assert read_cache_url("dbcache://lemma_cache")["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


@pytest.mark.parametrize("url", ["redis://:p%40ss@10.0.0.5:6379/0", "rediss://cache.example:6380/2"])
def test_a_url_of_redis(url: str) -> None:
    read = read_cache_url(url)
    assert (read["BACKEND"], read["LOCATION"]) == ("config.redis_cache.ForgivingRedisCache", url)
    assert read["KEY_PREFIX"] == "lemma"


def test_options_of_redis_are_part_of_the_url() -> None:
    assert read_cache_url("redis://h:6379/0?socket_timeout=3&key_prefix=second")["OPTIONS"] == {"socket_timeout": 3}


def test_what_one_keeps_another_finds(shared: Redis) -> None:
    here, there = caches["default"], caches["another"]
    here.set("a", {"b": [1]})
    assert there.get("a") == {"b": [1]}
    assert not there.add("a", 2)
    assert here.add("n", 0)
    assert [here.incr("n"), there.incr("n"), here.incr("n")] == [1, 2, 3]
    assert there.get_many(["a", "n", "none"]) == {"a": {"b": [1]}, "n": 3}
    assert there.delete("a")
    assert not here.has_key("a")


def test_emptying_it_leaves_what_is_not_ours(shared: Redis) -> None:
    caches["default"].set_many({f"key{number}": number for number in range(2500)})
    other = redis.Redis.from_url(shared.url)
    other.set("somebody else's", "1")
    caches["another"].clear()
    assert other.keys() == [b"somebody else's"]


def test_a_rate_is_counted_by_all_together(shared: Redis, sample: None, client: Client, settings: Settings) -> None:
    settings.LEMMA_RATES = {"anonymous": "3/min", "token": "", "write": ""}
    assert [client.get("/api/v1/entries/").status_code for _ in range(4)] == [200, 200, 200, 429]
    # Another process knows of it, since the server does.
    use(settings, shared.url)
    assert client.get("/api/v1/entries/").status_code == 429


def test_without_it_everybody_gets_an_answer_and_nothing_is_counted(
    shared: Redis, sample: None, client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LEMMA_RATES = {"anonymous": "1/min", "token": "", "write": ""}
    assert [client.get("/api/v1/entries/").status_code for _ in range(2)] == [200, 429]
    shared.kill()
    with caplog.at_level(logging.WARNING, "config.redis_cache"):
        assert [client.get("/api/v1/entries/").status_code for _ in range(3)] == [200, 200, 200]
    assert "The cache does not answer" in caplog.text
    client.force_login(User.objects.create_superuser("ada", password="secret"))
    assert client.get("/admin/").status_code == 200
    preview = client.post("/admin/markdownx/markdownify/", {"content": "*a*"})
    assert (preview.status_code, "<em>a</em>" in preview.content.decode()) == (200, True)
    # Back, and empty: it counts anew, without a restart of ours.
    shared.start()
    time.sleep(redis_cache.PAUSE * 2)
    client.logout()
    assert [client.get("/api/v1/entries/").status_code for _ in range(2)] == [200, 429]


def test_while_it_is_away_it_is_a_cache_that_keeps_nothing(shared: Redis) -> None:
    cache.set("a", 1)
    shared.kill()
    cache.set("a", 2)
    assert cache.get("a") is None
    assert cache.get("a", "instead") == "instead"
    assert cache.get_or_set("a", lambda: 3) == 3
    assert cache.add("a", 1)
    assert cache.get_many(["a"]) == {}
    assert cache.set_many({"a": 1}) == ["a"]
    assert (cache.touch("a"), cache.delete("a"), "a" in cache) == (False, False, False)
    cache.delete_many(["a"])
    cache.clear()
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")


def test_a_server_that_is_cut_off_holds_up_one_request_and_not_the_next(settings: Settings) -> None:
    """It takes the connection and never says a word, as after a network has been cut."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=8)) as silent:
        use(settings, f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        took = [seconds(lambda: cache.get("a")) for _ in range(4)]
    assert took[0] < 3
    assert sum(took[1:]) < 0.2


def seconds(act: Any) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def test_no_line_of_the_log_has_its_password(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    use(settings, "redis://:s3cret@127.0.0.1:1/0")
    with caplog.at_level(logging.DEBUG):
        assert cache.get("a") is None
    assert "does not answer" in caplog.text
    assert "s3cret" not in caplog.text
