"""What readers and crawlers look for below the host itself."""

from django.urls import path

from api.views import crawling

app_name = "crawling"

urlpatterns = [
    path("feed.atom", crawling.FeedView.as_view(), name="feed"),
    path("sitemap.xml", crawling.SitemapView.as_view(), name="sitemap"),
    # Text, so that what is no number gets an answer of ours.
    path("sitemap-<str:number>.xml", crawling.SitemapPartView.as_view(), name="sitemapPart"),
    path("llms.txt", crawling.LlmsView.as_view(), name="llms"),
    path("llms-full.txt", crawling.LlmsFullView.as_view(), name="llmsFull"),
    path("robots.txt", crawling.RobotsView.as_view(), name="robots"),
]
