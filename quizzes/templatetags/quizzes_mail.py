"""Whether mails reach their users: {% mail_can_be_sent as can_mail %}."""

from django import template

from quizzes import mailing

register = template.Library()


@register.simple_tag
def mail_can_be_sent() -> bool:
    return mailing.mail_can_be_sent()
