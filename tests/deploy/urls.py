"""The site, and `/told/`."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import include, path


@login_not_required
def told(request: HttpRequest) -> JsonResponse:
    """Who asks, and whether over HTTPS."""
    return JsonResponse({"address": request.META["REMOTE_ADDR"], "is_secure": request.is_secure()})


urlpatterns = [path("told/", told), path("", include("quizsite.urls"))]
