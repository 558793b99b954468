"""Topics and tags of what is imported: those that are named and not there yet are made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from quizzes.models import Tag, Topic
from quizzes.services import topics
from quizzes.services.imports.plan import Choices, Line

LONGEST_NAME = 100
MOST_CATEGORIES = 100  # that become topics


@dataclass
class Labels:
    """What each question gets; `new_topics` and `new_tags` are keys of those that were made for it."""

    choices: Choices
    by_slug: dict[str, Topic] = field(default_factory=dict)
    by_category: dict[str, Topic] = field(default_factory=dict)
    typed: Topic | None = None
    tags: dict[str, Tag] = field(default_factory=dict)
    new_topics: list[int] = field(default_factory=list)
    new_tags: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, taken: Sequence[Line], choices: Choices) -> Labels:
        """Return the topics and tags of these questions, made where they are missing."""
        known = set(Topic.objects.values_list("pk", flat=True))
        labels = cls(choices)
        labels._find_topics(taken)
        labels._find_tags({slug for line in taken for slug in line.draft.tags} | set(choices.tags))
        there = [*labels.by_slug.values(), *labels.by_category.values(), *([labels.typed] if labels.typed else [])]
        labels.new_topics = sorted({topic.pk for topic in there} - known)
        return labels

    def _find_topics(self, taken: Sequence[Line]) -> None:
        slugs = {line.draft.topic for line in taken if line.draft.topic}
        self.by_slug = {topic.slug: topic for topic in Topic.objects.filter(slug__in=slugs)}
        for slug in sorted(slugs - self.by_slug.keys()):
            self.by_slug[slug] = _with_slug(slug)
        bare = [line for line in taken if not line.draft.topic]
        if self.choices.uses_categories:
            names = dict.fromkeys(line.draft.category for line in bare if line.draft.category)
            for name in list(names)[:MOST_CATEGORIES]:
                if topic := topics.named(last_part(name)):
                    self.by_category[name] = topic
        if any(line.draft.category not in self.by_category for line in bare):
            self.typed = topics.named(self.choices.topic)

    def _find_tags(self, slugs: Iterable[str]) -> None:
        wanted = set(slugs)
        self.tags = {tag.slug: tag for tag in Tag.objects.filter(slug__in=wanted)}
        made = Tag.objects.bulk_create(Tag(slug=slug) for slug in sorted(wanted - self.tags.keys()))
        self.tags |= {tag.slug: tag for tag in made}
        self.new_tags = [tag.pk for tag in made]

    def topic_of(self, line: Line) -> Topic | None:
        if line.draft.topic:
            return self.by_slug[line.draft.topic]
        return self.by_category.get(line.draft.category, self.typed)

    def tags_of(self, line: Line) -> list[Tag]:
        return [self.tags[slug] for slug in dict.fromkeys((*line.draft.tags, *self.choices.tags))]


def last_part(category: str) -> str:
    """Return the name of a topic for a category such as "Biology/Cells": what it is called by itself."""
    return " ".join(category.rpartition("/")[2].split())[:LONGEST_NAME] or category[:LONGEST_NAME]


def _with_slug(slug: str) -> Topic:
    """Return a topic with the slug that a file names, called after it."""
    name = slug.replace("-", " ").replace("_", " ").strip().capitalize() or slug
    is_taken = Topic.objects.filter(name=name).exists()
    return Topic.objects.create(slug=slug, name=slug if is_taken else name)
