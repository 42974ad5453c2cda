"""The addresses under which the Markdownx field finds its two views."""

from django.urls import path

from publishing.admin import markdown

urlpatterns = [
    path("markdownify/", markdown.preview, name="markdownx_markdownify"),
    path("upload/", markdown.upload, name="markdownx_upload"),
]
