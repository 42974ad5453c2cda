from .conflicts import Conflict
from .feed import Change, FeedCounter
from .items import Blob, Item, PreviousSlug, Reference
from .published import Facet, FacetCount, Published
from .revisions import Revision
from .schedules import Schedule
from .sitting import Autosave, Presence

__all__ = [
    "Autosave",
    "Blob",
    "Change",
    "Conflict",
    "Facet",
    "FacetCount",
    "FeedCounter",
    "Item",
    "Presence",
    "PreviousSlug",
    "Published",
    "Reference",
    "Revision",
    "Schedule",
]
