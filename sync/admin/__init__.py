from sync.admin.conflicts import ConflictAdmin

__all__ = ["ConflictAdmin"]
