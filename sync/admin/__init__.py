from sync.admin.conflicts import ConflictAdmin
from sync.admin.runs import RunAdmin
from sync.admin.uploads import UploadAdmin

__all__ = ["ConflictAdmin", "RunAdmin", "UploadAdmin"]
