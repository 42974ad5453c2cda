"""How what people say about a book is written into its document: form and API do it alike."""

from collections.abc import Mapping

from publishing.edits import Edit, set_date, set_list, set_number, set_status, set_text

# By key of the front matter.
EDITS: Mapping[str, Edit] = {
    **dict.fromkeys(
        (
            "title",
            "slug",
            "subtitle",
            "publisher",
            "edition",
            "isbn",
            "language",
            "description",
            "difficulty",
            "coverImage",
            "url",
            "doi",
            "openLibraryId",
        ),
        set_text,
    ),
    **dict.fromkeys(("publishYear", "pages"), set_number),
    **dict.fromkeys(("authors", "editors", "topics"), set_list),
    "status": set_status,
    "lastUpdated": set_date,
}
