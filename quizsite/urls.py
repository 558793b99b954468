"""Addresses: accounts, the admin, and everything else in `quizzes.urls`."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("quizzes.account_urls")),
    path("admin/", admin.site.urls),
    path("", include("quizzes.urls")),
]

handler400 = "quizzes.views.errors.bad_request"
handler403 = "quizzes.views.errors.forbidden"
handler404 = "quizzes.views.errors.not_found"
handler429 = "quizzes.views.errors.too_many"  # allauth's, for limits by the minute
handler500 = "quizzes.views.errors.server_error"
