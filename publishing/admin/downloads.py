"""Zip files, for a browser."""

from typing import IO

from django.http import FileResponse


def zip_response(file: IO[bytes], name: str) -> FileResponse:
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
