"""An editor in a process of its own, with the settings of the product: `python -m tests.publishing.second_editor`.

One JSON object a line. {"open": item, "field": name, "value": text} reads the item and makes the edit, {"save": true}
saves it, {"loop": item, "field": name, "name": word, "times": n} does both as often and as fast as it can.
"""

import json
import os
import sys
from typing import Any


def main() -> None:
    import django

    django.setup()
    document: Any = None
    base: Any = None
    for line in sys.stdin:
        order = json.loads(line)
        if "open" in order:
            base, document = _opened(order["open"], order["field"], order["value"])
            _say({"opened": base.revision})
        elif "save" in order:
            _say(_saved(base, document))
        else:
            outcomes = []
            for number in range(order["times"]):
                value = f"{order['name']}-{number:05}"
                outcomes.append(_saved(*_opened(order["loop"], order["field"], value)))
            _say(outcomes)


def _opened(item: int, field: str, value: str) -> tuple[Any, Any]:
    from documents import parse
    from publishing.models import Item

    found = Item.objects.select_related("working").get(pk=item)
    document = parse(bytes(found.working.data))
    document[field] = value
    return found, document


def _saved(base: Any, document: Any) -> dict[str, Any]:
    from glossary.editing import save_entry
    from publishing.errors import EditConflict

    try:
        saved = save_entry(document, item=base, base_revision=base.revision, message=f"pid {os.getpid()}")
    except EditConflict as conflict:
        return {"conflict": [field.field for field in conflict.merge.conflicts]}
    except Exception as error:
        return {"error": repr(error)}
    return {"saved": saved.revision}


def _say(answer: Any) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
