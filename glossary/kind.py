"""Entries, as the writer knows them."""

from glossary import mapping, payload, projection
from publishing.kinds import Kind

ENTRY = Kind(
    name="entry",
    read=mapping.read,
    project=projection.project,
    erase=projection.erase,
    payload=payload.payload,
    summary=payload.summary,
    facets=payload.facets,
    present=payload.present,
    references={**mapping.REFERENCES, "replacedBy": "entry"},
    folder_setting="LEMMA_ENTRIES_DIR",
    keys=mapping.KEYS,
    aliases="aliases",
)
