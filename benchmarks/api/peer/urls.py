from django.urls import include, path
from rest_framework.routers import SimpleRouter

from benchmarks.api.peer import views

router = SimpleRouter()
router.register("entries", views.LightEntries, basename="light")
router.register("full", views.FullEntries, basename="full")

urlpatterns = [
    path("lookup/<str:key>", views.looked_up),
    path("cursor/<str:key>", views.asked_by_cursor),
    path("drf/", include(router.urls)),
    # Ours, of which the answers are taken that the others give.
    path("", include("config.urls")),
]
