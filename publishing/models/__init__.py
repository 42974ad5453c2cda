from .feed import Change, FeedCounter
from .items import Blob, Item, PreviousSlug, Reference
from .published import Facet, Published
from .revisions import Revision

__all__ = [
    "Blob",
    "Change",
    "Facet",
    "FeedCounter",
    "Item",
    "PreviousSlug",
    "Published",
    "Reference",
    "Revision",
]
