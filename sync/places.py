"""Where the files of each kind lie."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from publishing import assets


class SyncError(Exception):
    """Why a command stops before it has done anything. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one kind, and that of the pictures. Nothing outside them is read or written.

    `folder` is a real path, without symbolic links; `shown` is how messages call it; `pictures` is the folder in the
    content root that all kinds share; `others` are folders inside `folder` that belong to another kind.
    """

    kind: str
    folder: Path
    shown: str
    pictures: Path
    others: frozenset[str] = frozenset()

    @property
    def root(self) -> str:
        """Under which name the texts that folder and database agreed on are kept."""
        return str(self.folder)

    def name(self, path: str) -> str:
        return f"{self.shown}/{path}" if self.shown != "." else path


def places(root: Path, entries: str = "", books: str = "") -> list[Place]:
    """The folders of entries and books.

    Args:
        root: the content root.
        entries, books: folders that replace the ones of the settings; relative ones count from the root, or, where
            there is none there, from the current folder.

    Raises:
        SyncError: both are one folder.
    """
    shown = {"entry": entries or settings.LEMMA_ENTRIES_DIR, "book": books or settings.LEMMA_BOOKS_DIR}
    given = {"entry": entries, "book": books}
    folders = {kind: _folder(root, name, bool(given[kind])) for kind, name in shown.items()}
    if folders["entry"] == folders["book"]:
        raise SyncError(
            f"Entries and books cannot share the folder {folders['entry']}. Name another one for one of them."
        )
    return [
        Place(
            kind,
            folder,
            Path(shown[kind]).as_posix(),
            root.resolve() / assets.FOLDER,
            frozenset(str(other) for other in folders.values() if other != folder),
        )
        for kind, folder in folders.items()
    ]


def _folder(root: Path, name: str, given: bool) -> Path:
    try:
        folder = (root / name).resolve()
    except RuntimeError:
        raise SyncError(f"{root / name} is a symbolic link that leads to itself. Replace it by a folder.") from None
    if given and not folder.is_dir() and Path(name).is_dir():
        folder = Path(name).resolve()
    # What the settings name must stay inside; what the command line names is chosen by a person.
    if not given and not folder.is_relative_to(root.resolve()):
        raise SyncError(f"{name} lies outside {root}. Use --entries or --books to name a folder elsewhere.")
    return folder
