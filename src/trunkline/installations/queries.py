"""Reads of installed products, their tasks and their fees."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from trunkline.installations.models import CalendarDay, Event, Installation, Place, Rate, Task
from trunkline.installations.rules import UNKNOWN_INSTALLATION
from trunkline.installations.types import (
    BillingRule,
    Charged,
    Happening,
    InstallationState,
    InstallationView,
    PlaceKind,
    PlaceView,
    RatePeriod,
    SlaGrade,
    TaskKind,
    TaskState,
    TaskView,
    TimelineEntry,
    late_days,
)
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refused


def _installation(row: Installation) -> InstallationView:
    return InstallationView(
        id=row.pk,
        number=row.number,
        branch_id=row.branch_id,
        organization_id=row.organization_id,
        account_id=row.account_id,
        agreement_id=row.agreement_id,
        order_id=row.order_id,
        specification=row.specification,
        characteristics=row.characteristics,
        contract=row.contract,
        requested_on=row.requested_on,
        due_on=row.due_on,
        billing_rule=BillingRule(row.billing_rule),
        notice_days=row.notice_days,
        term_months=row.term_months,
        one_time_fee=row.one_time_fee,
        goods_part=row.goods_part,
        monthly_fee=row.monthly_fee,
        discount=row.discount,
        discount_approval=row.discount_approval,
        sla=SlaGrade(row.sla),
        tax_class=row.tax_class,
        state=InstallationState(row.state),
        ordered_at=row.ordered_at,
        opened_on=row.opened_on,
        accepted_on=row.accepted_on,
        billed_from=row.billed_from,
        removed_on=row.removed_on,
        excused_days=row.excused_days,
    )


def installation(installation_id: int) -> InstallationView:
    """One product; `Refused` (``installation.unknown``) when there is none in the actor's branches."""
    row = Installation.objects.filter(pk=installation_id).first()
    if row is None:
        raise Refused(UNKNOWN_INSTALLATION.about(str(installation_id)))
    return _installation(row)


def find_installations(
    text: str = "",
    *,
    organization_ids: Collection[int] | None = None,
    state: InstallationState | None = None,
    order_id: int | None = None,
    limit: int = 200,
) -> tuple[InstallationView, ...]:
    """Products by number or contract, the newest first."""
    rows = Installation.objects.order_by("-id")
    if text:
        rows = rows.filter(Q(number__icontains=text) | Q(contract__icontains=text))
    if organization_ids is not None:
        rows = rows.filter(organization_id__in=organization_ids)
    if state is not None:
        rows = rows.filter(state=state)
    if order_id is not None:
        rows = rows.filter(order_id=order_id)
    return tuple(_installation(row) for row in rows[:limit])


def count_installed(organization_id: int, specification: str) -> int:
    """How many products of a specification an organisation has in service or on order."""
    over = (InstallationState.REMOVED, InstallationState.CANCELLED)
    rows = Installation.objects.filter(organization_id=organization_id, specification=specification)
    return rows.exclude(state__in=over).count()


def places_of(installation_id: int) -> tuple[PlaceView, ...]:
    """The ends and records of a product."""
    rows = Place.objects.filter(installation_id=installation_id).order_by("kind", "ordinal")
    return tuple(PlaceView(PlaceKind(row.kind), row.ordinal, row.values) for row in rows)


def _task(row: Task) -> TaskView:
    return TaskView(
        id=row.pk,
        installation_id=row.installation_id,
        number=row.installation.number,
        specification=row.installation.specification,
        organization_id=row.installation.organization_id,
        kind=TaskKind(row.kind),
        role=row.role,
        state=TaskState(row.state),
        due_on=row.due_on,
        finished_at=row.finished_at,
        words=row.words,
    )


def tasks_of(installation_id: int) -> tuple[TaskView, ...]:
    """The steps of a product in their order."""
    rows = Task.objects.filter(installation_id=installation_id).select_related("installation")
    return tuple(_task(row) for row in rows.order_by("ordinal"))


def tasks_to_do(
    *, kind: TaskKind | None = None, role: str = "", state: TaskState | None = None, limit: int = 500
) -> tuple[TaskView, ...]:
    """Steps that somebody must take now (or all in `state`), the longest overdue first."""
    rows = Task.objects.select_related("installation").order_by("due_on", "id")
    rows = rows.filter(state__in=[state] if state else [TaskState.OPEN, TaskState.FAILED])
    if kind is not None:
        rows = rows.filter(kind=kind)
    if role:
        rows = rows.filter(role=role)
    return tuple(_task(row) for row in rows[:limit])


def timeline(installation_id: int) -> tuple[TimelineEntry, ...]:
    """What has happened to a product, the oldest first."""
    return tuple(
        TimelineEntry(
            row.at,
            Happening(row.happening),
            TaskKind(row.kind) if row.kind else None,
            row.words,
            row.staff_id,
        )
        for row in Event.objects.filter(installation_id=installation_id).order_by("id")
    )


def calendar() -> dict[date, bool]:
    """The days that the state has moved, and whether they are worked on."""
    return dict(CalendarDay.objects.values_list("day", "working"))


def calendar_days(year: int) -> tuple[tuple[date, bool, str], ...]:
    """The moved days of a year with their names."""
    rows = CalendarDay.objects.filter(day__year=year).order_by("day")
    return tuple(rows.values_list("day", "working", "name"))


def _charged_in(month: Month) -> Q:
    """What has a fee in a month: in force then, or confirmed in it for days before it."""
    return Q(confirmed_at__lt=month.end, billed_from__lte=month.last_day) & (
        Q(removed_on__isnull=True) | Q(removed_on__gte=month.first_day) | Q(confirmed_at__gte=month.start)
    )


def charged_products(month: Month) -> tuple[Charged, ...]:
    """The products that a month's bills charge, by their number, each with all its rates.

    What becomes of a product after the month is over takes nothing from it: a bill can be made again to the fen.
    """
    rows = list(Installation.objects.filter(_charged_in(month)).order_by("number"))
    rates: dict[int, list[RatePeriod]] = {}
    for rate in Rate.objects.filter(installation_id__in=[row.pk for row in rows]).order_by("valid_from"):
        rates.setdefault(rate.installation_id, []).append(
            RatePeriod(rate.monthly_fee, rate.reference, rate.valid_from, rate.valid_to)
        )
    return tuple(
        Charged(
            number=row.number,
            account_id=row.account_id,
            specification=row.specification,
            tax_class=row.tax_class,
            contract=row.contract,
            one_time_fee=row.one_time_fee,
            goods_part=row.goods_part,
            billed_from=row.billed_from,
            confirmed=Month.of(row.confirmed_at),
            late_days=late_days(row.due_on, row.opened_on or row.due_on, row.excused_days),
            rates=tuple(rates.get(row.pk, ())),
        )
        for row in rows
        if row.billed_from is not None and row.confirmed_at is not None
    )


def charged_accounts(month: Month) -> frozenset[int]:
    """The accounts that a month's bills charge for products."""
    return frozenset(
        Installation.objects.filter(_charged_in(month)).values_list("account_id", flat=True).distinct()
    )
