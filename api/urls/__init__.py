from django.urls import path, re_path

from api.schema import Docs, Schema
from api.views import exporting, feeding, health, items, root, searching, vocabularies, writing

app_name = "api"

urlpatterns = [
    # What is asked most comes first, since a pattern is tried after the other.
    path("entries/<str:slug>/", items.EntryDetail.as_view(), name="entry"),
    path("entries/", items.EntryList.as_view(), name="entries"),
    path("search/", searching.SearchView.as_view(), name="search"),
    path("books/<str:slug>/", items.BookDetail.as_view(), name="book"),
    path("books/", items.BookList.as_view(), name="books"),
    path("", root.Root.as_view(), name="root"),
    # A slug holds no dot, so the suffix is never part of one.
    path("entries/<str:slug>.md", items.EntryMarkdown.as_view(), name="entry-markdown"),
    path("entries/<str:slug>/path/", items.EntryPath.as_view(), name="entry-path"),
    path("entries/<str:slug>.jsonld", items.EntryJsonLd.as_view(), name="entry-jsonld"),
    path("entries/<str:slug>.ttl", items.EntryTurtle.as_view(), name="entry-turtle"),
    path("books/<str:slug>.md", items.BookMarkdown.as_view(), name="book-markdown"),
    path("books/<str:slug>.jsonld", items.BookJsonLd.as_view(), name="book-jsonld"),
    path("books/<str:slug>.ttl", items.BookTurtle.as_view(), name="book-turtle"),
    path("import/", writing.ImportView.as_view(), name="import"),
    *(
        path(f"{plural}/<str:slug>/{name}/", view.as_view(), name=f"{plural}-{name}")
        for (plural, name), view in writing.ACTION_VIEWS.items()
    ),
    path("lookup/", searching.LookupView.as_view(), name="lookup"),
    path("annotate/", searching.AnnotateView.as_view(), name="annotate"),
    path("facets/", vocabularies.FacetsView.as_view(), name="facets"),
    path("categories/", vocabularies.CategoriesView.as_view(), name="categories"),
    path("tags/", vocabularies.TagsView.as_view(), name="tags"),
    path("graph/", feeding.GraphView.as_view(), name="graph"),
    path("health/", health.HealthView.as_view(), name="health"),
    path("changes/", feeding.ChangesView.as_view(), name="changes"),
    path("export.ndjson", feeding.ExportView.as_view(), name="export"),
    path("chunks.jsonl", feeding.ChunksView.as_view(), name="chunks"),
    *(path(one.path, view.as_view(), name=one.address) for one, view in exporting.VIEWS),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="docs"),
    re_path("", root.Unrouted.as_view()),
]
