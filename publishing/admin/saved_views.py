"""The views of a list that somebody keeps."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from publishing import saved_views
from publishing.admin.base import ItemPages, number
from publishing.errors import NotAllowed


class SavedViewPages(ItemPages):
    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_views"
        view = self.admin_site.admin_view(require_POST(self.views_view))
        return [path("views/", view, name=name), *super().get_urls()]

    def views_view(self, request: HttpRequest) -> HttpResponse:
        """POST `name` and `query` keeps a view, `forget` its key forgets it."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        back = self.address("changelist")
        if key := number(request.POST.get("forget")):
            saved_views.forget(request.user, key)
            return HttpResponseRedirect(back)
        query = request.POST.get("query", "")
        try:
            view = saved_views.keep(request.user, self.kind, request.POST.get("name", ""), query)
        except NotAllowed as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(f"{back}?{saved_views.normal(query)}")
        messages.success(request, format_html(_("The view “{}” stands above the list from now on."), view.name))
        return HttpResponseRedirect(f"{back}?{view.query}")
