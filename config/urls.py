from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog

from config import pages, probes
from publishing.assets import asset
from publishing.reading import shared_page

urlpatterns = [
    # First, as it is asked most, and a pattern is tried after the other.
    path("api/v1/", include("api.urls")),
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/markdownx/", include("publishing.admin.urls")),
    # Of the scripts: public like the scripts themselves.
    path("admin/texts.js", JavaScriptCatalog.as_view(packages=["publishing"]), name="admin_texts"),
    path("admin/sign-out-everywhere/", pages.sign_out_everywhere, name="sign-out-everywhere"),
    # Its name is the admin's own.
    path("admin/password_change/", pages.change_password),
    path("admin/", include("config.signing_in.urls")),
    path("admin/", admin.site.urls),
    path("", include("api.urls.crawling")),
    path("media/assets/<str:name>", asset, name="asset"),
    path("preview/<str:token>/", shared_page, name="shared"),
    path("healthz", probes.healthz),
    path("readyz", probes.readyz),
    path("metrics", probes.metrics),
]

# Where no view answers: an unknown host, an address that is none, what fails in a middleware or in the admin.
handler400 = "api.handlers.bad_request"
handler404 = "api.handlers.not_found"
handler500 = "api.handlers.server_error"
