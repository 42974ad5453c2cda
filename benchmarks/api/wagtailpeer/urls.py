from django.http import HttpRequest, HttpResponse
from django.urls import path
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet

router = WagtailAPIRouter("wagtail")
router.register_endpoint("pages", PagesAPIViewSet)


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("wagtail/", router.urls), path("healthz", healthz)]
