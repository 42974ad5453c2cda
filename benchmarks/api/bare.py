"""Answers from memory, with nothing in between: the least that Python needs under gunicorn.

BENCH_ANSWERS is the folder with them.
"""

import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

_folder = Path(os.environ["BENCH_ANSWERS"])
ANSWERS: dict[str, bytes] = pickle.loads((_folder / "answers.pickle").read_bytes())
EXPORT = _folder / "export.ndjson"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    key = environ["PATH_INFO"].rpartition("/")[2]
    if key == EXPORT.name:
        start_response("200 OK", [("Content-Type", "application/x-ndjson")])
        return _blocks()
    body = ANSWERS.get(key)
    if body is None:
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _blocks() -> Iterator[bytes]:
    with EXPORT.open("rb") as file:
        while block := file.read(1 << 20):
            yield block
