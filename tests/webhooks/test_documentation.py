"""What docs/api.md says about webhooks: its examples verify what really arrives, and nothing else."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from publishing import kinds
from publishing.models import Change
from tests.webhooks.conftest import Clock, Rounds, publish
from tests.webhooks.receiving import Receiver
from webhooks.models import Endpoint

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()

# How each reads the case from a file, and says what it found. A failure is whatever ends with another code than 0.
AROUND = {
    "python": ("{code}\nimport json, sys\ncase = json.load(open(sys.argv[1]))\n"
               "print(json.dumps(verify(case['secret'], case['headers'], case['body'].encode())))"),
    "javascript": ('import {{ readFileSync }} from "node:fs";\n{code}\n'
                   "const given = JSON.parse(readFileSync(process.argv[2]));\n"
                   "console.log(JSON.stringify(verify(given.secret, given.headers, Buffer.from(given.body))));"),
    "php": ("<?php\n{code}\n$given = json_decode(file_get_contents($argv[1]), true);\n"
            "echo json_encode(verify($given['secret'], $given['headers'], $given['body']));"),
}  # fmt: skip
PROGRAMS = {"python": sys.executable, "javascript": "node", "php": "php"}
SUFFIXES = {"python": "py", "javascript": "mjs", "php": "php"}


def example(language: str) -> str:
    found = re.search(rf"^### Verifying\n.*?^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found, language
    return found[1]


def told(message: Any) -> Any:
    # PHP makes a list of an empty object, so not all of it is compared.
    data = message["data"]
    return message["type"], message["timestamp"], data["id"], data["position"], data["item"]["aliases"]


@pytest.mark.parametrize("language", AROUND)
def test_the_example_verifies_what_arrives_and_nothing_else(
    language: str, make_endpoint: Callable[..., Endpoint], receiver: Receiver, secrets: dict[int, str], tmp_path: Path
) -> None:
    program = shutil.which(PROGRAMS[language])
    if program is None:
        pytest.skip(f"needs {PROGRAMS[language]}")
    script = tmp_path / f"verify.{SUFFIXES[language]}"
    script.write_text(AROUND[language].format(code=example(language)))
    endpoint = make_endpoint(with_item=True)
    publish("Black box", 'aliases: ["Boîte noire"]\n')
    worker = Rounds(Clock())
    # By the clock on the wall, at which the examples look.
    worker.clock.now = timezone.now()
    worker.run()
    worker.close()
    [received] = receiver.received

    def verified(secret: str = secrets[endpoint.pk], body: str = received.body.decode(), **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        case = {"secret": secret, "body": body, "headers": {**received.headers, **named}}
        (tmp_path / "case.json").write_text(json.dumps(case))
        command = [program, str(script), str(tmp_path / "case.json")]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        return json.loads(run.stdout) if run.returncode == 0 else None

    assert told(verified()) == told(received.said)
    signature = received.headers["webhook-signature"]
    assert verified(webhook_signature=f"v1,{'A' * 43}= {signature}")
    assert verified(body=received.body.decode().replace("black", "white")) is None
    assert verified(secret="whsec_" + "A" * 43 + "=") is None
    assert verified(webhook_id="chg_0_0") is None
    assert verified(webhook_signature="v1,") is None
    assert verified(webhook_timestamp="1") is None


def test_the_page_names_every_event() -> None:
    page = PAGE.partition("\n## Webhooks\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(entry\.\w+)`", page))
    assert named == {f"entry.{action}" for action in Change.Action.values}
    assert "the same with `book.`" in page
    assert set(kinds.names()) == {"entry", "book"}


def test_the_message_on_the_page_has_the_fields_of_a_real_one(
    endpoint: Endpoint, receiver: Receiver, worker: Rounds
) -> None:
    publish("Black box")
    worker.run()
    found = re.search(r"^## Webhooks\n.*?^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    shown = json.loads(found[1])
    said = receiver.received[0].said
    assert list(shown) == list(said)
    assert list(shown["data"]) == list(said["data"])
