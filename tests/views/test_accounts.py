"""One's own account, and the account pages in our clothes."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.test import Client

from quizzes.models import Classroom, User
from tests import factories
from tests.pages import nothing_inline, policy

PASSWORD = "correct horse 9"


@pytest.fixture(autouse=True)
def no_counts_of_tries() -> None:
    cache.clear()


@pytest.fixture
def owner(learner: User) -> User:
    """The learner with a password and an address."""
    learner.set_password(PASSWORD)
    learner.email = "learner@example.org"
    learner.save()
    EmailAddress.objects.create(user=learner, email=learner.email, verified=True, primary=True)
    return learner


def log_in(client: Client, person: User) -> None:
    response = client.post("/accounts/login/", {"login": person.username, "password": PASSWORD})
    assert response.status_code == 302


def saved(client: Client, **fields: str) -> int:
    return client.post("/account/", {"first_name": "", "last_name": "", "time_zone": "", **fields}).status_code


# Profile --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_profile_needs_an_account(client: Client) -> None:
    response = client.get("/account/")
    assert response["Location"] == "/accounts/login/?next=/account/"


def test_names_and_time_zone_are_saved(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert saved(client, first_name="\u202eAda\u200b", last_name="Ley", time_zone="Africa/Nairobi") == 302
    learner.refresh_from_db()
    assert (learner.full_name, learner.time_zone) == ("Ada Ley", "Africa/Nairobi")


def test_times_are_then_shown_in_that_zone(client: Client, learner: User) -> None:
    learner.time_zone = "Africa/Nairobi"
    learner.save()
    client.force_login(learner)
    client.cookies["time_zone"] = "Europe/Oslo"
    assert b"Times shown in Nairobi time." in client.get("/account/").content


@pytest.mark.parametrize(("kept", "shown"), [("Europe/Oslo", "Oslo time"), ("../etc/passwd", "UTC"), ("Mars", "UTC")])
def test_without_one_the_browser_decides_and_nonsense_does_not(
    client: Client, learner: User, kept: str, shown: str
) -> None:
    client.force_login(learner)
    client.cookies["time_zone"] = kept
    assert f"Times shown in {shown}." in client.get("/account/").content.decode()


def test_a_made_up_time_zone_is_refused(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert saved(client, time_zone="Mars/Olympus") == 200
    learner.refresh_from_db()
    assert learner.time_zone == ""


def test_only_what_the_form_offers_can_be_changed(client: Client, learner: User) -> None:
    client.force_login(learner)
    saved(client, is_staff="on", is_superuser="on", username="root")
    learner.refresh_from_db()
    assert (learner.username, learner.is_staff, learner.is_superuser) == ("learner", False, False)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_appearance_is_in_the_page_before_any_script_runs(client: Client, learner: User, theme: str) -> None:
    client.force_login(learner)
    saved(client, theme=theme)
    assert f'data-theme="{theme}"' in client.get("/account/").content.decode()


@pytest.mark.parametrize("theme", ["auto", "", '"><script>'])
def test_otherwise_the_system_decides_the_appearance(client: Client, learner: User, theme: str) -> None:
    client.force_login(learner)
    client.cookies["theme"] = theme
    text = client.get("/account/").content.decode()
    assert "data-theme=" not in text
    assert '"><script>' not in text


def test_an_unknown_appearance_is_refused(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert saved(client, theme="purple") == 200


def test_the_profile_lists_ones_own_classes_with_the_name_shown_there(
    client: Client, classroom: Classroom, learner: User
) -> None:
    factories.classroom(name="Not mine")
    classroom.memberships.filter(user=learner).update(nickname="blue heron")
    client.force_login(learner)
    text = client.get("/account/").content.decode()
    assert classroom.name in text
    assert "shown as blue heron" in text
    assert "Not mine" not in text


def test_somebody_without_an_address_is_told_what_that_means(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert b"only your instructor can reset a forgotten password" in client.get("/account/").content


# The account pages ----------------------------------------------------------------------------------------------------

ENTRANCE = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/"]
OWN = [
    "/account/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/reauthenticate/",
    "/accounts/password/reset/key/x-y/",
    "/accounts/confirm-email/nonsense/",
    "/accounts/inactive/",
]


def wears_our_clothes(client: Client, address: str, status: int = 200) -> None:
    response = client.get(address, follow=True)
    assert response.status_code == status
    text = response.content.decode()
    assert '<main id="main"' in text
    assert len(re.findall(r"<h1", text)) == 1
    assert "<title> ·" not in re.sub(r"\s+", " ", text)
    assert not nothing_inline(response)
    assert policy(response)["script-src"] == "'self'"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ENTRANCE)
def test_pages_to_enter_by_wear_our_clothes(client: Client, address: str) -> None:
    wears_our_clothes(client, address)


@pytest.mark.parametrize("address", OWN)
def test_pages_of_ones_account_wear_our_clothes(client: Client, owner: User, address: str) -> None:
    log_in(client, owner)
    wears_our_clothes(client, address)


def test_pages_of_a_second_factor_wear_our_clothes(client: Client, owner: User) -> None:
    log_in(client, owner)
    TOTP.activate(owner, generate_totp_secret())
    RecoveryCodes.activate(owner)
    for page in ("", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/"):
        wears_our_clothes(client, f"/accounts/2fa/{page}")


def test_with_a_second_factor_the_password_is_not_enough(client: Client, owner: User) -> None:
    TOTP.activate(owner, generate_totp_secret())
    log_in(client, owner)
    wears_our_clothes(client, "/accounts/2fa/authenticate/")
    assert client.get("/account/").status_code == 302


@pytest.mark.django_db
def test_signing_up_needs_no_address_and_logs_in(client: Client) -> None:
    fields = {"first_name": "Noor", "last_name": "Haddad", "email": "", "password1": PASSWORD}
    assert client.post("/accounts/signup/", fields)["Location"] == "/"
    assert b"Ready for your first quiz?" in client.get("/").content


@pytest.mark.django_db
def test_what_is_wrong_with_a_sign_up_is_said_beside_the_field(client: Client) -> None:
    fields = {"first_name": "", "password1": "short"}
    text = client.post("/accounts/signup/", fields).content.decode()
    assert text.count("invalid-feedback") >= 2
    assert 'aria-invalid="true"' in text


def test_looking_at_the_log_out_page_does_not_log_out(client: Client, owner: User) -> None:
    log_in(client, owner)
    client.get("/accounts/logout/")
    assert client.get("/account/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/account/").status_code == 302


def test_a_deactivated_person_is_logged_out_with_the_next_request(client: Client, owner: User) -> None:
    log_in(client, owner)
    assert client.get("/account/").status_code == 200
    User.objects.filter(pk=owner.pk).update(is_active=False)  # as a command would, in another process
    assert client.get("/account/").status_code == 302


def test_a_new_password_ends_the_sessions_of_other_browsers(client: Client, owner: User) -> None:
    log_in(client, owner)
    owner.set_password("another horse 9")
    owner.save()
    assert client.get("/account/").status_code == 302


def test_logging_out_ends_the_session_for_a_copy_of_its_cookie_too(client: Client, owner: User) -> None:
    log_in(client, owner)
    copy = Client()
    copy.cookies["sessionid"] = client.cookies["sessionid"].value
    assert copy.get("/account/").status_code == 200
    client.post("/accounts/logout/")
    assert copy.get("/account/").status_code == 302


def test_a_forgotten_password_is_reset_by_mail(client: Client, owner: User) -> None:
    client.post("/accounts/password/reset/", {"email": owner.email})
    found = re.search(r"http://\S+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert found
    wears_our_clothes(client, found[1])


def test_an_unknown_address_gets_the_same_answer(client: Client, owner: User) -> None:
    known = client.post("/accounts/password/reset/", {"email": owner.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
