from .conflicts import Conflict
from .feed import Change, FeedCounter
from .items import Blob, Item, PreviousSlug, Reference
from .published import Facet, FacetCount, Published
from .revisions import Revision
from .schedules import Schedule

__all__ = [
    "Blob",
    "Change",
    "Conflict",
    "Facet",
    "FacetCount",
    "FeedCounter",
    "Item",
    "PreviousSlug",
    "Published",
    "Reference",
    "Revision",
    "Schedule",
]
