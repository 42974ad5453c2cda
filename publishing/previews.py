"""What a plan would do to each text, as lines that are taken away and added."""

import difflib

from publishing.redirecting import TextChange


def diff(change: TextChange) -> str:
    """A unified diff, named by the item's file."""
    name = change.item.path or f"{change.item.slug}.md"
    label = name if change.text == "filed" else f"{name} (unpublished edits)"
    lines = difflib.unified_diff(_lines(change.before), _lines(change.after), f"a/{label}", f"b/{label}", n=0)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(data: bytes) -> list[str]:
    # Not splitlines(), which also cuts at U+2028 and its like.
    lines = data.decode().split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
