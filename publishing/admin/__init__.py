"""What the admin pages of every kind share, and those about items of all kinds. Kinds register their own pages."""

from publishing.admin.batches import BatchAdmin

__all__ = ["BatchAdmin"]
