"""Addresses of accounts: allauth's, some of them with views of ours."""

from django.urls import include, path

from quizzes.views import entrance

urlpatterns = [
    path("signup/", entrance.SignUp.as_view(), name="account_signup"),
    path("login/", entrance.LogIn.as_view(), name="account_login"),
    path("2fa/", entrance.TwoFactors.as_view(), name="mfa_index"),
    path("3rdparty/", entrance.Connections.as_view(), name="socialaccount_connections"),
    path("", include("allauth.urls")),
]
