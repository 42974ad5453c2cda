from django.urls import path

from benchmarks.api.peer import views

urlpatterns = [
    path("lookup/<str:key>", views.looked_up),
    path("memory/<str:key>", views.remembered),
    path("healthz", views.healthz),
]
