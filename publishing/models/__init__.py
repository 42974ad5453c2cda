from .batches import Batch, BatchItem
from .conflicts import Conflict
from .feed import Change, FeedCounter
from .items import Blob, Item, PreviousSlug, Reference
from .published import Facet, FacetCount, Published
from .reviews import Review
from .revisions import Revision
from .schedules import Schedule
from .shares import Share
from .sitting import Autosave, Presence
from .views import SavedView

__all__ = [
    "Autosave",
    "Batch",
    "BatchItem",
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
    "Review",
    "Revision",
    "SavedView",
    "Schedule",
    "Share",
]
