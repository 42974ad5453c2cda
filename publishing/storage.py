"""Where uploads lie."""

import os
import secrets
from typing import Any

from django.core.files.storage import FileSystemStorage

# The end of the name of a file that is still being written.
UNFINISHED = ".part"


class WholeFileStorage(FileSystemStorage):
    """A file is there whole or not at all, also when the process is killed or the power fails while it is written."""

    def _save(self, name: str, content: Any) -> str:
        partial = f"{name}.{secrets.token_hex(8)}{UNFINISHED}"
        try:
            super()._save(partial, content)  # type: ignore[misc]
            with open(self.path(partial), "rb") as file:
                os.fsync(file.fileno())
            os.replace(self.path(partial), self.path(name))
        except BaseException:
            self.delete(partial)
            raise
        return name
