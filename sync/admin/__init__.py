from sync.admin.conflicts import ConflictAdmin
from sync.admin.uploads import UploadAdmin

__all__ = ["ConflictAdmin", "UploadAdmin"]
