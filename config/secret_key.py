import os
import secrets
import tempfile
from pathlib import Path


def read_or_create(path: Path) -> str:
    """The key in the file, made once. Two processes that start together get the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Linked in place only when complete, so that nobody reads half a key; mkstemp gives mode 600.
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".secret-key-")
        try:
            with open(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(50))
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(temporary)
    return path.read_text().strip()
