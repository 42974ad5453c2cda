"""Books, as the writer knows them."""

from books import mapping, payload, projection
from publishing.kinds import Kind

BOOK = Kind(
    name="book",
    read=mapping.read,
    project=projection.project,
    erase=projection.erase,
    payload=payload.payload,
    summary=payload.summary,
    facets=payload.facets,
    present=payload.present,
    references={"topics": "entry"},
    folder_setting="LEMMA_BOOKS_DIR",
    keys=mapping.KEYS,
)
