"""Emblem and color of a topic: {% emblem topic %}, {{ topic|unit_color }}; in Jinja {{ emblem(topic) }}.

{% member_emblem 5 %} is that of a member of a class, or of a unit.
"""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from quizzes import emblems
from quizzes.models import Topic

register = template.Library()
MARKUP = '<img class="emblem" src="{}" alt="{}" width="60" height="72">'


@register.simple_tag
def emblem(topic: Topic, alt: str = "") -> SafeString:
    """Return the picture. Next to the topic's name it is decoration: give `alt` only where it stands alone."""
    return format_html(MARKUP, static(emblems.picture(topic.slug)), alt)


@register.simple_tag
def member_emblem(number: int) -> SafeString:
    """Return the picture; it stands next to the member's name, or to its own."""
    return format_html(MARKUP, static(emblems.picture_of(int(number))), "")


@register.filter
def unit_color(topic: Topic) -> str:
    """Return the class that colors a tag or a band like the topic."""
    return emblems.color_class(topic.slug)
