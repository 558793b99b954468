"""Limits on tries: a whole class gets in from one address, and no one is locked out by others (S3, S4, S8)."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.core.internal.ratelimit import get_cache_key, parse_rates
from allauth.core.ratelimit import consume
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.cache import cache
from django.test import Client, RequestFactory

from quizzes.limits import pause, take_from
from quizzes.models import User
from tests import factories
from tests.pages import nothing_inline

PASSWORD = "correct horse 9"
SCHOOL, ELSEWHERE = "192.0.2.1", "198.51.100.7"
LOG_IN = "/accounts/login/"


@pytest.fixture
def owner(learner: User) -> User:
    """The learner with a password and a confirmed address."""
    return with_password(learner, "learner@example.org")


def with_password(person: User, email: str = "") -> User:
    person.set_password(PASSWORD)
    person.email = email
    person.save()
    if email:
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def enter(client: Client, name: str, password: str = PASSWORD, *, address: str = SCHOOL) -> Any:
    return client.post(LOG_IN, {"login": name, "password": password}, REMOTE_ADDR=address)


def guess(name: str, times: int, *, address: str = SCHOOL, client: Client | None = None) -> Any:
    """Try wrong passwords; returns the last answer."""
    for number in range(times):
        response = enter(client or Client(), name, f"wrong {number}", address=address)
    return response


# A class gets in ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_sixty_people_behind_one_address_sign_up_within_a_minute() -> None:
    for number in range(60):
        fields = {"first_name": f"Pupil{number}", "password1": PASSWORD}
        assert Client().post("/accounts/signup/", fields, REMOTE_ADDR=SCHOOL).status_code == 302


@pytest.mark.slow
@pytest.mark.django_db
def test_sixty_people_behind_one_address_log_in_within_a_minute_after_thirty_slips() -> None:
    for number in range(60):
        person = with_password(factories.user(f"pupil{number}"))
        if number % 2:
            guess(person.username, 1)
        assert enter(Client(), person.username).status_code == 302


# Nobody is locked out by others ---------------------------------------------------------------------------------------


def test_wrong_passwords_for_others_keep_no_one_out(owner: User) -> None:
    for number in range(40):
        guess(f"made-up-{number}", 1)
    assert enter(Client(), owner.username).status_code == 302


def test_three_hundred_wrong_passwords_from_one_address_keep_devices_out_that_are_not_known(owner: User) -> None:
    phone = Client()
    enter(phone, owner.username)
    phone.post("/accounts/logout/")
    for _try in range(299):
        take_from(SCHOOL, "wrong_password_from_address")
    assert enter(Client(), owner.username).status_code == 302
    guess("made-up", 1)
    assert (enter(Client(), owner.username).status_code, enter(phone, owner.username).status_code) == (429, 302)


def test_a_lock_on_a_count_that_all_of_a_school_share_keeps_no_one_out(owner: User) -> None:
    """A process that was killed while it counted leaves the lock of django-allauth for ten seconds."""
    request = RequestFactory().post("/", REMOTE_ADDR=SCHOOL)
    for action, rates in settings.ACCOUNT_RATE_LIMITS.items():
        for rate in parse_rates(rates):
            if rate.per == "ip":
                key = get_cache_key(request, app="allauth.account", action=action, rate=rate)
                cache.set(f"{key}:lock", True, 10)
    assert enter(Client(), owner.username).status_code == 302


def test_wrong_passwords_from_another_address_keep_the_owner_in(owner: User) -> None:
    assert guess(owner.username, 11, address=ELSEWHERE).status_code == 429
    assert enter(Client(), owner.username, address=ELSEWHERE).status_code == 429
    assert enter(Client(), owner.username).status_code == 302


def test_a_known_device_is_let_in_past_the_tries_of_a_classmate_at_the_same_address(owner: User) -> None:
    phone = Client()
    assert enter(phone, owner.username).status_code == 302
    phone.post("/accounts/logout/")
    assert guess(owner.username, 11).status_code == 429
    assert enter(Client(), owner.username).status_code == 429
    assert enter(phone, owner.username).status_code == 302


def test_a_device_is_known_for_the_accounts_that_logged_in_on_it_and_no_other(owner: User) -> None:
    classmate = with_password(factories.user("classmate"))
    theirs = Client()
    enter(theirs, classmate.username)
    theirs.post("/accounts/logout/")
    guess(owner.username, 11)
    assert enter(theirs, owner.username).status_code == 429


def test_a_shared_device_is_known_for_each_of_its_people(owner: User) -> None:
    classmate, shared = with_password(factories.user("classmate")), Client()
    for person in (owner, classmate):
        enter(shared, person.username)
        shared.post("/accounts/logout/")
    guess(owner.username, 11)
    assert enter(shared, owner.username).status_code == 302


@pytest.mark.parametrize("forged", ["1", "made up:1", "made up:1:1abcde:signature"])
def test_a_forged_device_is_a_stranger(owner: User, forged: str) -> None:
    guess(owner.username, 11)
    client = Client()
    client.cookies["device"] = forged
    assert enter(client, owner.username).status_code == 429


def test_a_known_device_guesses_no_more_than_others(owner: User) -> None:
    phone = Client()
    enter(phone, owner.username)
    phone.post("/accounts/logout/")
    assert guess(owner.username, 11, client=phone).status_code == 429


def test_user_name_and_address_of_one_account_are_counted_together(owner: User) -> None:
    guess(owner.username.upper(), 5)
    assert guess(owner.email, 5).status_code == 200
    assert enter(Client(), owner.username).status_code == 429


def test_capitals_in_a_user_name_give_no_further_tries(owner: User) -> None:
    guess(owner.username.upper(), 6)
    assert guess(owner.username.title(), 5).status_code == 429
    assert enter(Client(), owner.username).status_code == 429


@pytest.mark.slow
def test_many_addresses_together_guess_no_more_than_sixty_times(owner: User) -> None:
    for number in range(12):
        guess(owner.username, 5, address=f"203.0.113.{number}")
    assert guess(owner.username, 1, address="203.0.113.99").status_code == 429


def test_the_addresses_of_one_network_of_version_6_are_one(owner: User) -> None:
    for number in range(10):
        guess(owner.username, 1, address=f"2001:db8::{number:x}")
    assert enter(Client(), owner.username, address="2001:db8::ffff").status_code == 429
    assert enter(Client(), owner.username, address="2001:db8:0:1::1").status_code == 302


def test_a_new_password_out_of_a_mail_lets_its_owner_in_again(owner: User, mailoutbox: list[Any]) -> None:
    guess(owner.username, 11)
    client = Client(REMOTE_ADDR=SCHOOL)
    client.post("/accounts/password/reset/", {"email": owner.email})
    link = next(word for word in mailoutbox[0].body.split() if "/reset/key/" in word)
    form = client.get("/accounts" + link.partition("/accounts")[2], follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "another horse 9", "password2": "another horse 9"})
    assert enter(client, owner.username, "another horse 9").status_code == 302


# How long to wait -----------------------------------------------------------------------------------------------------


def test_a_guesser_is_told_how_long_to_wait(owner: User) -> None:
    response = guess(owner.username, 11)
    assert (response.status_code, response["Retry-After"]) == (429, "300")
    assert "Wait 5 min" in response.content.decode()
    assert not nothing_inline(response)


def test_names_that_do_not_exist_are_answered_alike(owner: User) -> None:
    real, made_up = guess(owner.username, 11), guess("made-up", 11)
    assert (real.status_code, real["Retry-After"]) == (made_up.status_code, made_up["Retry-After"])


def test_too_many_codes_of_a_second_factor_say_how_long_to_wait(owner: User) -> None:
    TOTP.activate(owner, generate_totp_secret())
    client = Client()
    enter(client, owner.username)
    for _try in range(6):
        response = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert (response.status_code, response["Retry-After"]) == (429, "300")


@pytest.mark.parametrize("address", [LOG_IN, "/accounts/signup/", "/accounts/password/reset/"])
@pytest.mark.django_db
def test_a_page_whose_limit_is_used_up_says_how_long_to_wait(address: str) -> None:
    use_up({LOG_IN: "", "/accounts/signup/": "signup"}.get(address, "reset_password"))
    response = Client().post(address, {"email": "a@example.org", **WRONG}, REMOTE_ADDR=SCHOOL)
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert "Wait 1 min" in response.content.decode()


WRONG = {"login": "made-up", "password": "wrong"}


def use_up(action: str) -> None:
    if not action:
        for _try in range(600):
            take_from(SCHOOL, "log_in_from_address")
        return
    request = RequestFactory().post("/", REMOTE_ADDR=SCHOOL)
    while consume(request, action=action, key="a@example.org"):
        continue


ELSEWHERE_COUNTED = {  # wrong passwords and codes say their own pause; a mail that was just sent is silently not sent again
    *("wrong_password", "wrong_password_of_account", "wrong_password_from_address", "login_failed", "confirm_email"),
    *("login", "log_in_from_address"),
    *("change_username", "invite_instructor", "import_questions", "export_questions", "open_quiz_share"),
    *("export_own_data", "delete_account", "try_without_account"),
}
NOT_OFFERED = {"verify_phone", "change_phone", "request_login_code"}


@pytest.mark.parametrize("action", sorted(set(app_settings.RATE_LIMITS) - ELSEWHERE_COUNTED - NOT_OFFERED))
def test_limits_that_end_in_the_page_of_allauth_are_over_in_a_minute(action: str) -> None:
    assert {rate.split("/")[1] for rate in app_settings.RATE_LIMITS[action].split(",")} <= {"m", "60s"}


def test_a_pause_is_the_longest_of_the_rates() -> None:
    assert [pause(action) for action in ("join_classroom", "wrong_password")] == [60, 300]
