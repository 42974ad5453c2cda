class BackupError(Exception):
    """Why a backup or a restore stops. The message says what to do, and nothing was replaced."""
