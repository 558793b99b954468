"""allauth's pages by which people come in, where ours say more: sign-up, log-in, second factors."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.account.views import LoginView, SignupView
from allauth.mfa.base.views import IndexView
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.views import ConnectionsView
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from quizzes.forms.signup import SignupForm
from quizzes.models import User
from quizzes.views import errands
from quizzes.views.errands import Errand
from quizzes.views.requests import guest_of


class SignUp(SignupView):
    """Names what one came for, and does it; then says the user name that was made, once."""

    errand: Errand | None = None

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.errand = errands.of_request(request)
        response: HttpResponseBase = super().post(request, *args, **kwargs)
        return response

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        self.errand = errands.of_request(request)
        response: HttpResponseBase = super().get(request, *args, **kwargs)
        return response

    def form_valid(self, form: SignupForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        user = self.request.user
        if isinstance(user, User):  # not where an address must be confirmed first
            if self.errand is not None:
                errands.run(self.request, self.errand, user)
            messages.info(self.request, words_of_username(user))
        return response

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context: dict[str, object] = super().get_context_data(**kwargs)
        return {**context, "errand": self.errand, "guest": guest_of(self.request)}


def words_of_username(user: User) -> str:
    """Return what a new user must know to come back."""
    sentence = _("Your user name is <strong>{name}</strong>. Write it down; you can <a href='{address}'>change it</a>.")
    return format_html(sentence, name=user.username, address=reverse("quizzes:username"))


class LogIn(LoginView):
    """Names what one came for."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context: dict[str, object] = super().get_context_data(**kwargs)
        return {**context, "errand": errands.of_request(self.request), "guest": guest_of(self.request)}


class TwoFactors(IndexView):
    """Says before the button is pressed why it would not work."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context: dict[str, object] = super().get_context_data(**kwargs)
        unconfirmed = EmailAddress.objects.filter(user=self.request.user, verified=False)
        return {**context, "must_confirm": unconfirmed.exists()}


class Connections(ConnectionsView):
    """Accounts elsewhere: there is such a page only where there is one to connect."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not self.has_any(request):
            raise Http404
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def has_any(self, request: HttpRequest) -> bool:
        """Return whether a provider is set up, or an account of one is connected still."""
        from_before = SocialAccount.objects.filter(user=request.user)
        return bool(get_adapter().list_providers(request)) or from_before.exists()
