"""Counts the cases: `python -m tests.nasty` prints the table, `--save` puts it into docs/security.md."""

import contextlib
import io
import sys

from tests.nasty import counting


def main() -> int:
    # What pytest itself says of the tests is not asked for.
    with contextlib.redirect_stdout(io.StringIO()):
        found = counting.count(counting.collected())
    wrong = counting.problems(found)
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    text = counting.table(found)
    print(text)
    if "--save" in sys.argv:
        counting.write(text)
    return 0


sys.exit(main())
