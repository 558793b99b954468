"""What an import would do with each draft: drafts against the bank, a slice at a time. Read only.

An import adds and changes, and takes nothing away: where a file does not say the topic, tags, sources or levels of a question
that is there, the question keeps its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat, Left, StrIndex
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from quizzes import entitlements, question_types
from quizzes.formats.base import NAMESPACE, QuestionDraft
from quizzes.lint.base import Context, Finding
from quizzes.models import ImportDraft, Question, QuestionVersion, Source, User
from quizzes.question_types.faults import InvalidSpec
from quizzes.question_types.folding import folded
from quizzes.question_types.texts import BETWEEN, search_text
from quizzes.services import exchange, linting, readiness, source_files
from quizzes.services.imports.keeping import Row, plain

Status = QuestionVersion.Status
EXACT = "json"  # the format that says everything of a question
USUAL = {"difficulty": "medium", "bloom": "remember"}
# What may differ between two questions that ask the same.
BESIDE = frozenset({"explanation", "feedback", "scheme", "scoring", "case_sensitive"})
IN_ORDER = frozenset({"ordering"})  # types of which the order of the parts is the answer


class Comparison:
    """Compares one person's drafts with the bank; what is the same for all of them is fetched once (3 queries)."""

    def __init__(self, draft: ImportDraft) -> None:
        self.twins = set(draft.result.get("twins", ()))  # places in the file of those that repeat an earlier one
        self.actor, self.is_exact = draft.owner, draft.format == EXACT
        made = source_files.missing(draft.result.get("sources", ()), self.actor)  # they come with the file
        self.context = Context(linting.documents() | dict.fromkeys(made, ()))
        self.sources = {source.slug: source for source in Source.objects.usable_by(self.actor)} | made
        self.asks_for_sources = readiness.asks_for_sources(self.actor)

    def rows_of(self, drafts: Sequence[QuestionDraft], start: int) -> list[Row]:
        """Return what would happen to each draft; the first of them has the place `start` in the file."""
        keys, copied = own_keys([exchange.key_of(draft) for draft in drafts], self.actor)
        stored, stamps = _stored(keys), stamps_of(keys)
        found = linting.check_drafts(drafts, self.context)
        missing = exchange.missing_cases(drafts, self.actor)
        rows = []
        for place, (draft, key, findings) in enumerate(zip(drafts, keys, found, strict=True), start):
            usable, lost = _usable(draft, self.sources)
            reasons = _refusals(usable, stored.get(key), self.sources, missing, is_twin=place in self.twins)
            row = Row("refused", key, reasons=reasons)
            if not reasons:
                row = _compared(usable, key, stored.get(key), is_exact=self.is_exact, is_copy=key in copied)
            if lost and not reasons and "sources" not in row.known:
                row = replace(row, lost=lost, known=row.known | {"sources": plain(usable.sources)})
            rows.append(replace(self._with_findings(row, findings), stamp=stamps.get(key, "")))
        return rows

    def _with_findings(self, row: Row, findings: Sequence[Finding]) -> Row:
        kept = [finding for finding in findings if self.asks_for_sources or finding.rule not in readiness.ABOUT_SOURCES]
        blocking = tuple(f"{one.where}: {one.what}" for one in kept if readiness.is_blocking(one))
        return replace(row, findings=tuple(one for one in kept if not readiness.is_blocking(one)), blocking=blocking)


def with_twins(found: Mapping[str, Any], drafts: Sequence[QuestionDraft]) -> dict[str, list[Any]]:
    """Return what is known of the drafts of a file so far, with these next ones: `keys` of all, and `twins`, the places of those that
    an earlier one is the same question as."""
    keys, twins = list(found.get("keys", ())), list(found.get("twins", ()))
    seen = set(keys)
    for key in map(exchange.key_of, drafts):
        if key in seen:
            twins.append(len(keys))
        seen.add(key)
        keys.append(key)
    return {"keys": keys, "twins": twins}


# Whose it is ------------------------------------------------------------------------------------------------------------


def own(actor: User) -> Q:
    """Return the condition on a question that the import may change it: the person's own, for administrators also the
    site's."""
    return Q(owner=actor) | Q(owner=None) if actor.is_superuser else Q(owner=actor)


def own_keys(keys: Sequence[str], actor: User) -> tuple[list[str], set[str]]:
    """Return the keys, others in place of those of other people's questions, and which these are: always the same for one
    person (1 query)."""
    foreign = Question.objects.filter(uuid__in=set(keys)).exclude(own(actor)).order_by()
    taken = {str(key) for key in foreign.values_list("uuid", flat=True)}
    mine = {key: str(uuid.uuid5(NAMESPACE, f"{key} {actor.pk}")) for key in taken}
    return [mine.get(key, key) for key in keys], set(mine.values())


# As it is stored --------------------------------------------------------------------------------------------------------


def _stored(keys: Iterable[str]) -> dict[str, Question]:
    rows = Question.objects.filter(uuid__in=set(keys)).select_related("topic").order_by()
    return {str(row.uuid): row for row in rows.prefetch_related("versions", "places__source", "tags")}


def stamps_of(keys: Iterable[str]) -> dict[str, str]:
    """Return the state of the questions that are there, in words that change whenever an import would do something else
    (2 queries)."""
    wanted = set(keys)
    versions: dict[str, list[str]] = {}
    columns = ("question__uuid", "number", "status", "revision")
    found = QuestionVersion.objects.filter(question__uuid__in=wanted).order_by("number")
    for key, number, status, revision in found.values_list(*columns):
        versions.setdefault(str(key), []).append(f"{number}{status[0]}{revision}")
    facts = ("uuid", "pk", "owner", "is_archived", "topic", "difficulty", "bloom")
    rows = Question.objects.filter(uuid__in=wanted).order_by().values_list(*facts)
    return {str(key): " ".join(map(str, (*row, *versions.get(str(key), ())))) for key, *row in rows}


def stamp_of(question: Question, version: QuestionVersion) -> str:
    """Return the stamp of a question with one version, as `stamps_of` would have it."""
    row = (question.pk, question.owner_id, question.is_archived, question.topic_id, question.difficulty, question.bloom)
    return " ".join(map(str, (*row, f"{version.number}{version.status[0]}{version.revision}")))


def _usable(draft: QuestionDraft, sources: Mapping[str, Source]) -> tuple[QuestionDraft, tuple[str, ...]]:
    """Return the draft with the sources that are there, and a sentence for each that is not."""
    kept = tuple(place for place in draft.sources if place.document in sources)
    missing = dict.fromkeys(place.document for place in draft.sources if place.document not in sources)
    words = tuple(_("The source “%(slug)s” is not here; the question comes without it.") % {"slug": s} for s in missing)
    return replace(draft, sources=kept), words


def _refusals(
    draft: QuestionDraft,
    question: Question | None,
    sources: Mapping[str, Source],
    missing: Collection[str],
    *,
    is_twin: bool,
) -> tuple[str, ...]:
    sentences = exchange.refusals(draft, question, sources, missing)
    if is_twin:
        sentences.append(_("The same question stands above it in the file."))
    return tuple(sentences)


def _compared(draft: QuestionDraft, key: str, question: Question | None, *, is_exact: bool, is_copy: bool) -> Row:
    if question is None:
        return Row("copy" if is_copy else "new", key)
    before = exchange.draft_of(question)
    if before is None:
        return Row("changed", key, (_("content"),), question.pk)
    known = _known(draft, before, is_exact=is_exact)
    wanted = replace(draft, **known)
    changes = exchange.changes(wanted, before, question)
    as_plain = {name: plain(value) for name, value in known.items()}
    if not changes:
        return Row("there", key, (), question.pk, known=as_plain)
    return Row("changed", key, tuple(changes), question.pk, known=as_plain, twin=_edited(draft, changes))


def _edited(draft: QuestionDraft, changes: Sequence[str]) -> str:
    """Return a sentence where the author edited a question since, which is known by its content alone and has another
    by now."""
    if draft.id is not None or _("content") not in changes:
        return ""
    return str(_("You have changed this question since you brought it in."))


def _known(draft: QuestionDraft, before: QuestionDraft, *, is_exact: bool) -> dict[str, Any]:
    """Return what the question has and the file does not say."""
    known: dict[str, Any] = {"tags": tuple(dict.fromkeys((*before.tags, *draft.tags)))}
    known |= {name: getattr(before, name) for name in ("topic", "sources", "acknowledged") if not getattr(draft, name)}
    if not is_exact:
        known |= {name: getattr(before, name) for name, usual in USUAL.items() if getattr(draft, name) == usual}
    return known


# Duplicates -------------------------------------------------------------------------------------------------------------


def with_duplicates(drafts: Sequence[QuestionDraft], rows: Sequence[Row], *, actor: User, now: datetime) -> list[Row]:
    """Return the rows, with those that say what a question of the bank says already: the person's own and the site's are there, of
    another's question they are told. Of what they may not meet now, as what an exam of theirs asks, they are not told."""
    places: dict[tuple[str, str], list[int]] = {}
    for place, (draft, row) in enumerate(zip(drafts, rows, strict=True)):
        if row.action in ("new", "copy"):
            places.setdefault((draft.type, _stem(draft.spec)), []).append(place)
    compared = list(rows)
    for version in _with_these_stems(places, actor, now):
        mark = content_mark(version.question.type, version.spec)
        for place in places[version.question.type, _stem(version.spec)]:
            draft = drafts[place]
            if content_mark(draft.type, draft.spec) == mark:
                compared[place] = _twin(compared[place], version, actor)
    return compared


def _with_these_stems(
    stems: Mapping[tuple[str, str], Any], actor: User, now: datetime
) -> QuerySet[QuestionVersion] | list[QuestionVersion]:
    """Return the versions that would be asked, or written on, with one of these stems (2 queries)."""
    if not stems:
        return []
    visible = Question.objects.visible_to(actor).live()
    asked = entitlements.secrecy_of(actor, now=now).without_secret(visible).order_by()
    versions = QuestionVersion.objects.visible_to(actor).exclude(status=Status.RETIRED)
    ends = StrIndex(Concat("search_text", Value(BETWEEN)), Value(BETWEEN))
    found = versions.filter(question__in=asked.values("pk")).order_by("pk").alias(start=Left("search_text", ends - 1))
    columns = found.filter(start__in={stem for _kind, stem in stems}).values_list("pk", "question__type", "search_text")
    alike = [pk for pk, kind, text in columns if (kind, text.partition(BETWEEN)[0]) in stems]
    return QuestionVersion.objects.filter(pk__in=alike).select_related("question").order_by("pk")


def _stem(spec: Mapping[str, object]) -> str:
    return search_text({"stem": spec.get("stem", "")}).partition(BETWEEN)[0]


def _twin(row: Row, version: QuestionVersion, actor: User) -> Row:
    if version.question.owner_id == actor.pk:
        words = _("The same question is yours already.")
        return replace(row, action="there", question=version.question_id, reasons=(words,), twin="")
    if row.action == "there":
        return row
    if version.question.owner_id is None and version.status == Status.READY:  # which everyone uses
        words = _("The same question is in the site's bank already.")
        return replace(row, action="there", question=version.question_id, reasons=(words,), twin="")
    return replace(row, twin=str(_("Another question says the same: “%s”") % Truncator(version.stem).chars(80)))


def content_mark(kind: str, spec: Mapping[str, object]) -> str:
    """Return what a question asks and what is right, whatever its explanation, feedback and the order of its parts."""
    try:
        whole = question_types.normalized(kind, spec)
    except InvalidSpec:
        whole = dict(spec)
    return repr(_mark(whole, is_ordered=kind in IN_ORDER))


def _mark(value: object, *, is_ordered: bool) -> Any:
    if isinstance(value, str):
        return folded(value)
    if isinstance(value, dict):
        kept = sorted((name, part) for name, part in value.items() if name not in BESIDE)
        return [(name, _mark(part, is_ordered=is_ordered)) for name, part in kept]
    if isinstance(value, list | tuple):
        parts = [repr(_mark(part, is_ordered=is_ordered)) for part in value]
        return parts if is_ordered else sorted(parts)
    return value
