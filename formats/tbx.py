"""Terms as TBX-Basic: ISO 30042:2019, in the style that names data categories by attributes (DCA)."""

from collections.abc import Iterable, Iterator

from formats.identifiers import ascii_name
from formats.iris import iri
from formats.items import Item
from formats.site import Site
from formats.xml import HEAD, attribute, content
from glossary.search.plain import plain

_STATUS = {"preferred": "preferredTerm-admn-sts", "other": "admittedTerm-admn-sts", "gone": "deprecatedTerm-admn-sts"}


def tbx(items: Iterable[Item], site: Site) -> Iterator[str]:
    yield (
        f'{HEAD}<tbx type="TBX-Basic" style="dca" xml:lang={attribute(site.language)} '
        'xmlns="urn:iso:std:iso:30042:ed-2">\n'
        f"<tbxHeader><fileDesc><titleStmt><title>{content(site.title)}</title></titleStmt>"
        f"<sourceDesc><p>{content(site.root)}</p></sourceDesc></fileDesc></tbxHeader>\n<text><body>\n"
    )
    for item in items:
        yield "".join(f"{line}\n" for line in _concept(item, site.language))
    yield "</body></text>\n</tbx>\n"


def _concept(item: Item, language: str) -> Iterator[str]:
    said = item.said
    yield f"<conceptEntry id={attribute(_id(item.slug))}>"
    if category := said["category"]:
        yield f'<descrip type="subjectField">{content(category)}</descrip>'
    if item.day:
        yield (
            '<transacGrp><transac type="transactionType">modification</transac>'
            f"<date>{content(item.day)}</date></transacGrp>"
        )
    for other in item.to("related"):
        if other.slug != item.slug:
            target = attribute(_id(other.slug))
            yield f'<ref type="crossReference" target={target}>{content(other.title)}</ref>'
    for link in said["externalLinks"]:
        if address := iri(link["url"]):
            yield (
                f'<xref type="externalCrossReference" target={attribute(address)}>'
                f"{content(link['title'] or address)}</xref>"
            )
    yield f"<langSec xml:lang={attribute(language)}>"
    if definition := plain(said["briefDefinition"]):
        yield f'<descripGrp><descrip type="definition">{content(definition)}</descrip></descripGrp>'
    is_gone = said["status"] == "deprecated"
    yield _term(item.title, "gone" if is_gone else "preferred")
    for alias in dict.fromkeys(said["aliases"]):
        if alias != item.title:
            yield _term(alias, "gone" if is_gone else "other")
    yield "</langSec>"
    yield "</conceptEntry>"


def _term(name: str, status: str) -> str:
    note = f'<termNote type="administrativeStatus">{_STATUS[status]}</termNote>'
    return f"<termSec><term>{content(name)}</term>{note}</termSec>"


def _id(slug: str) -> str:
    # An identifier of XML begins with a letter.
    return f"c-{ascii_name(slug)}"
