"""What is in deploy/ does what docs/operators.md says, by the programs that it is written for, where they are here."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
import yaml
from django.conf import settings
from django.core.management import get_commands

from sync.unpacking import MOST_BYTES
from tests.operations.servers import free_port, listens, process, program, wait_for
from tests.test_docs import options_of

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("systemd/*.service"), *DEPLOY.glob("systemd/*.timer")])
SCRIPTS = [DEPLOY / "rolling-restart", DEPLOY / "scheduler"]


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"There is no {program} here.")


def run(*command: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        list(map(str, command)), env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
    )


# --- systemd ---


def unit_path() -> str:
    return f"{DEPLOY / 'systemd'}:/usr/lib/systemd/system:/lib/systemd/system"


@needs("systemd-analyze")
def test_systemd_has_nothing_to_say_of_the_units() -> None:
    names = [str(unit).replace("@.", "@8001.") for unit in UNITS]
    done = run("systemd-analyze", "verify", *names, SYSTEMD_UNIT_PATH=unit_path())
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs("systemd-analyze")
@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.stem)
def test_every_service_is_in_the_sandbox(unit: Path) -> None:
    """Its exposure, as systemd counts it: 100 is a service without one."""
    name = str(unit).replace("@.", "@8001.")
    done = run("systemd-analyze", "security", "--offline=true", "--threshold=15", name, SYSTEMD_UNIT_PATH=unit_path())
    assert done.returncode == 0, "\n".join(line for line in done.stdout.splitlines() if line.startswith(("✗", "→")))


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.stem)
def test_every_service_runs_a_command_that_there_is(unit: Path) -> None:
    [command] = re.findall(
        r"^ExecStart=/bin/sh -c 'exec \"\$\$\(pwd -P\)/\.venv/bin/python\" (.*)'$", unit.read_text(), re.M
    )
    if command.startswith("-m gunicorn config.wsgi "):
        return
    _manage, name, *rest = command.split()
    assert name in get_commands()
    assert {word for word in rest if word.startswith("--")} <= options_of(name)


def test_every_timer_has_its_service() -> None:
    timers = [unit for unit in UNITS if unit.suffix == ".timer"]
    assert {"lemma-schedule", "lemma-links", "lemma-sync", "lemma-backup"} <= {timer.stem for timer in timers}
    for timer in timers:
        assert "Type=oneshot" in timer.with_suffix(".service").read_text()


# --- scripts ---


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_is_one_that_a_plain_shell_reads(script: Path) -> None:
    assert run("sh", "-n", script).stderr == ""
    assert os.access(script, os.X_OK)


def test_the_scheduler_runs_what_is_due_and_ends_when_it_is_told(tmp_path: Path) -> None:
    """On a clock that stands at a quarter past three, when the backup is made, too."""
    for name, text in {
        "date": "case $1 in +%s) echo 1764213300 ;; *) echo 03:15 ;; esac",
        "python": f'echo "$@" >> {tmp_path}/told',
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "LEMMA_SYNC_ARGUMENTS": "--pull,--push"}
    with subprocess.Popen([DEPLOY / "scheduler"], env=environment, cwd=tmp_path, start_new_session=True) as process:
        told = tmp_path / "told"
        for _ in range(100):
            if told.exists() and len(told.read_text().splitlines()) == 3:
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert sorted(told.read_text().splitlines()) == [
        "manage.py backup /srv/backups --keep 14",
        "manage.py run_scheduled --verbosity 0",
        "manage.py sync_content --verbosity 0 --pull --push",
    ]


def test_the_scheduler_runs_commands_that_there_are() -> None:
    for line in re.findall(r"^\s.*\brun ([a-z_]+.*?)(?: \$|;;|$)", (DEPLOY / "scheduler").read_text(), re.M):
        name, *rest = line.split()
        assert name in get_commands()
        assert {word for word in rest if word.startswith("--")} <= options_of(name)


# --- containers ---


def test_the_compose_file_is_one() -> None:
    checker = shutil.which("check-jsonschema", path=str(Path(sys.executable).parent))
    if checker is None:
        pytest.skip("There is no check-jsonschema here.")
    done = run(checker, "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")
    assert done.returncode == 0, done.stdout


def test_redis_in_the_compose_file_wants_the_password_that_lemma_has(tmp_path: Path) -> None:
    """With the files that docs/operators.md makes."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    steps = [
        line for line in (ROOT / "docs/operators.md").read_text().splitlines()
        if line.endswith(("> secrets/redis.conf", "> secrets/cache-url"))
    ]  # fmt: skip
    assert run("sh", "-euc", "\n".join([f"cd {tmp_path}", *steps])).returncode == 0
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["redis"]
    assert service["command"][0] == "redis-server"
    told = [word.replace("/run/secrets", str(secrets)) for word in service["command"][1:]]
    port = free_port()
    kind, line = service["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    health = line.replace("redis-cli", f"redis-cli -p {port}")
    command = [program("redis-server"), *told, "--port", port, "--bind", "127.0.0.1", "--dir", tmp_path]
    with process(command, tmp_path / "log"):
        wait_for(lambda: listens(port), "Redis")
        url = (secrets / "cache-url").read_text().strip().replace("@redis:6379/", f"@127.0.0.1:{port}/")
        assert redis.Redis.from_url(url).ping()
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port).ping()
        assert run("sh", "-c", health).returncode == 0
    assert run("sh", "-c", health).returncode != 0


def test_the_image_has_every_folder_that_runs() -> None:
    """And the rest stays out of it: tests, and what is somebody's own."""
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    inside = {line[1:].split("/")[0] for line in lines if line.startswith("!")}
    apps = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert apps <= inside
    assert not inside & {"tests", "benchmarks", "docs", ".git", ".env", "var"}
    assert all((ROOT / name).exists() for name in inside)
    assert "**/.env" in lines


# --- nginx ---


def site() -> str:
    return (DEPLOY / "nginx" / "lemma.conf").read_text()


def test_nginx_lets_through_what_lemma_takes_and_no_more() -> None:
    sizes = {int(size) << 20 for size in re.findall(r"client_max_body_size (\d+)m;", site())}
    assert sizes == {settings.DATA_UPLOAD_MAX_MEMORY_SIZE, (MOST_BYTES // 1_000_000 + 1) << 20}
