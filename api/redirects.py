from django.http import HttpRequest, HttpResponsePermanentRedirect

from api.problems import MISSING_CACHE


def moved(request: HttpRequest, address: str) -> HttpResponsePermanentRedirect:
    """301 to the address, with the query of the request."""
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
    # Browsers would keep it for ever, and a slug may come back as that of another item.
    response["Cache-Control"] = MISSING_CACHE
    return response
