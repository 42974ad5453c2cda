"""The whole glossary in the formats of others: for addresses of the API, and for the command."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from api import facts, linking, streaming
from formats import bibtex, csl, tables, tbx
from formats.items import Item
from formats.site import Site


@dataclass(frozen=True, slots=True)
class Format:
    """`name`: for people who ask the command. `path`: of the file, in the API. `address`: among the addresses of the
    API. `says`: what it is.
    """

    name: str
    path: str
    address: str
    content_type: str
    says: str
    write: Callable[[Site], Iterable[str | bytes]]

    @property
    def media_type(self) -> str:
        return self.content_type.partition(";")[0]

    def pieces(self, site: Site) -> Iterator[bytes]:
        return streaming.joined(self.write(site))


def _by_title(kind: str) -> Iterator[Item]:
    return facts.everything(kind, facts.BY_TITLE)


FORMATS = {
    one.name: one
    for one in (
        Format(
            "jsonld",
            "glossary.jsonld",
            "jsonld",
            linking.JSON_LD.content_type,
            "Everything as linked data, in JSON-LD",
            lambda site: linking.JSON_LD.write(linking.whole(site)),
        ),
        Format(
            "turtle",
            "glossary.ttl",
            "turtle",
            linking.TURTLE.content_type,
            "Everything as linked data, in Turtle",
            lambda site: linking.TURTLE.write(linking.whole(site)),
        ),
        Format(
            "csv",
            "entries.csv",
            "entriesCsv",
            "text/csv; charset=utf-8; header=present",
            "Entries as a table, safe to open in a spreadsheet",
            lambda site: tables.table("entry", _by_title("entry"), site),
        ),
        Format(
            "tbx",
            "entries.tbx",
            "entriesTbx",
            "application/x-tbx",
            "Entries for terminology tools, in TBX-Basic",
            lambda site: tbx.tbx(_by_title("entry"), site),
        ),
        Format(
            "books-csv",
            "books.csv",
            "booksCsv",
            "text/csv; charset=utf-8; header=present",
            "Books as a table, safe to open in a spreadsheet",
            lambda site: tables.table("book", _by_title("book"), site),
        ),
        Format(
            "csl-json",
            "books.csl.json",
            "booksCsl",
            "application/vnd.citationstyles.csl+json",
            "Books for citation processors, in CSL-JSON",
            lambda site: csl.csl(_by_title("book")),
        ),
        Format(
            "bibtex",
            "books.bib",
            "booksBibtex",
            "application/x-bibtex; charset=utf-8",
            "Books in BibTeX",
            lambda site: bibtex.bibtex(_by_title("book")),
        ),
    )
}
