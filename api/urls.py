from django.urls import path, re_path

from api import views
from api.schema import Docs, Schema

app_name = "api"

urlpatterns = [
    path("", views.Root.as_view(), name="root"),
    path("entries/", views.EntryList.as_view(), name="entries"),
    # A slug holds no dot, so the suffix is never part of one.
    path("entries/<str:slug>.md", views.EntryMarkdown.as_view(), name="entry-markdown"),
    path("entries/<str:slug>/", views.EntryDetail.as_view(), name="entry"),
    path("books/", views.BookList.as_view(), name="books"),
    path("books/<str:slug>.md", views.BookMarkdown.as_view(), name="book-markdown"),
    path("books/<str:slug>/", views.BookDetail.as_view(), name="book"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="docs"),
    re_path("", views.Unrouted.as_view()),
]
