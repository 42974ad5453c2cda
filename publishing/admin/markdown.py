"""The two addresses of the Markdownx field, for those who may write: a preview, and images.

The package's own answer everybody and store what they get, so its addresses are not used.
"""

import logging

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from publishing import assets, images, rendering
from publishing.admin.access import in_background, refused, throttled

logger = logging.getLogger(__name__)

PREVIEW_LIMIT = 100_000
_SUFFIXES = {"png", "jpg", "jpeg", "jpe", "jfif", "gif", "webp"}


def _may_write(request: HttpRequest) -> bool:
    return any(
        page.has_change_permission(request) or page.has_add_permission(request)
        for page in admin.site._registry.values()
        if getattr(page, "writes_markdown", False)
    )


@require_POST
@in_background(_may_write)
@throttled("preview", per_minute=300)
def preview(request: HttpRequest) -> HttpResponse:
    """POST `content`: the HTML that readers would get, without anything that runs."""
    content = request.POST.get("content")
    if content is None:
        return refused(400, "There is no content.")
    if len(content) > PREVIEW_LIMIT:
        return refused(413, f"The preview shows texts of up to {PREVIEW_LIMIT:,} characters.")
    html = rendering.html(content.replace("\r\n", "\n"))
    return HttpResponse(html, headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"})


@require_POST
@in_background(_may_write)
@throttled("upload", per_minute=30)
def upload(request: HttpRequest) -> HttpResponse:
    """POST `image`: stores it and answers with its name below the content root."""
    file = request.FILES.get("image")
    if file is None or isinstance(file, list):
        return refused(400, "There is no image.")
    suffix = (file.name or "").rpartition(".")[2].lower() if "." in (file.name or "") else ""
    if suffix and suffix not in _SUFFIXES:
        return refused(400, f"The name ends in .{suffix[:20]}, which is no image we take. Use PNG, JPEG, GIF or WebP.")
    try:
        image = images.clean(file.read(images.BYTES + 1), suffix)
    except images.BadImage as error:
        return refused(400, str(error))
    try:
        name = assets.store(image)
    except OSError as error:
        logger.exception("An image cannot be stored")
        return refused(503, f"The image cannot be stored: {error.strerror or error}. Tell whoever runs this.")
    return JsonResponse({"name": name, "width": image.width, "height": image.height})
