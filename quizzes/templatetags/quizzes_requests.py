"""The id of the request that a page answers, for pages that tell of an error: `{% request_id %}`."""

from __future__ import annotations

from django import template

from quizzes import request_ids

register = template.Library()
register.simple_tag(request_ids.current, name="request_id")
