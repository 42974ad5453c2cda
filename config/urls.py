from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import probes

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("api.urls")),
    path("healthz", probes.healthz),
    path("readyz", probes.readyz),
]
