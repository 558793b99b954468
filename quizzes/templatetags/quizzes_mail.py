"""Whether mails reach their users: {% mail_can_be_sent as can_mail %}, {% has_confirmed_address user as is_confirmed %}."""

from django import template

from quizzes import mailing
from quizzes.models import User
from quizzes.services import accounts

register = template.Library()


@register.simple_tag
def mail_can_be_sent() -> bool:
    return mailing.mail_can_be_sent()


@register.simple_tag
def has_confirmed_address(user: User) -> bool:
    return accounts.has_confirmed_address(user)
