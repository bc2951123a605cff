"""Where agreements stand in their term: members joined, the renewal to come, what somebody has to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from trunkline.agreements.clauses.queries import all_template_versions, template_for
from trunkline.agreements.clauses.types import TemplateSettings
from trunkline.agreements.models import Agreement, Member
from trunkline.agreements.queries.papers import reviews, reviews_of
from trunkline.agreements.rules.progress import JoinedLine, Progress, progress_of
from trunkline.agreements.rules.renewal import RenewalFacts, RenewalView, renewal_view
from trunkline.agreements.rules.reviewing import approved
from trunkline.agreements.types import IN_FORCE, AgreementState, ReviewView
from trunkline.kernel.periods import local_date
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineState

_ENDED = (LineState.PRE_TERMINATED, LineState.TERMINATED)


def progress(agreement_id: int, today: date) -> Progress:
    """Members joined against those promised, month by month (P2-01)."""
    row = Agreement.objects.get(pk=agreement_id)
    settings = template_for(row.template_id, today).settings
    members = Member.objects.filter(sheet__agreement_id=agreement_id, line_id__isnull=False)
    ids = [line for line in members.values_list("line_id", flat=True) if line is not None]
    return _progress(row, ids, today, settings)


def _progress(row: Agreement, line_ids: Iterable[int], today: date, settings: TemplateSettings) -> Progress:
    joined = [
        JoinedLine(local_date(line.activated_at), line.state in _ENDED, bool(line.stop_causes))
        for line in lines(line_ids).values()
        if line.activated_at
    ]
    return progress_of(
        row.minimum_members,
        joined,
        effective_on=row.effective_on,
        ends_on=row.ends_on,
        today=today,
        warning_days=settings.warning_days,
    )


def printable(agreement_id: int) -> bool:
    """Whether the present revision of an agreement was approved (domain 8.4)."""
    revision = Agreement.objects.values_list("revision", flat=True).get(pk=agreement_id)
    return approved(reviews(agreement_id), revision)


def short_of_members(today: date) -> dict[int, Progress]:
    """Agreements in force whose term ends within their template's warning days and that are short of members."""
    settings = {template.id: template.settings for template in all_template_versions()}
    furthest = max((one.warning_days for one in settings.values()), default=0)
    rows = [
        row
        for row in Agreement.objects.filter(state__in=IN_FORCE, ends_on__gte=today).order_by("ends_on", "id")
        if row.ends_on and (row.ends_on - today).days <= furthest
    ]
    held: dict[int, list[int]] = {}
    members = Member.objects.filter(sheet__agreement__in=rows, line_id__isnull=False)
    for agreement, line in members.values_list("sheet__agreement_id", "line_id"):
        held.setdefault(agreement, []).append(line or 0)
    found = {
        row.pk: _progress(
            row, held.get(row.pk, ()), today, settings.get(row.template_id or 0, TemplateSettings())
        )
        for row in rows
    }
    return {agreement: one for agreement, one in found.items() if one.warn}


def renewal_facts(
    row: Agreement, settings: TemplateSettings | None = None, recorded: tuple[ReviewView, ...] | None = None
) -> RenewalFacts:
    """What the renewal of an agreement that has taken effect is judged on; what is not handed in is read."""
    assert row.ends_on is not None  # noqa: S101 - a CHECK holds it once it has taken effect  # nosec B101
    return RenewalFacts(
        state=AgreementState(row.state),
        ends_on=row.ends_on,
        renewals=row.renewals,
        settings=settings or template_for(row.template_id, row.ends_on).settings,
        reviews=reviews(row.pk) if recorded is None else recorded,
    )


def renewal(agreement_id: int, today: date) -> RenewalView | None:
    """What the next renewal of an agreement would be; None before it takes effect."""
    row = Agreement.objects.filter(pk=agreement_id, ends_on__isnull=False).first()
    return renewal_view(agreement_id, renewal_facts(row), today) if row else None


def renewals_to_review(today: date) -> dict[int, RenewalView]:
    """The agreements near their end, the soonest first: each is somebody's task until its term is settled (P2-27)."""
    settings = {template.id: template.settings for template in all_template_versions()}
    rows = list(
        Agreement.objects.filter(state=AgreementState.EXPIRING, ends_on__isnull=False).order_by(
            "ends_on", "id"
        )
    )
    recorded = reviews_of(row.pk for row in rows)
    return {
        row.pk: renewal_view(
            row.pk, renewal_facts(row, settings.get(row.template_id or 0), recorded.get(row.pk, ())), today
        )
        for row in rows
    }


def terms_to_settle(today: date) -> bool:
    """Whether a term that runs out by today could be renewed or ended by itself (P2-27)."""
    return Agreement.objects.filter(state=AgreementState.EXPIRING, ends_on__lte=today).exists()
