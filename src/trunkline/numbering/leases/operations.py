"""Verbs of the counter: numbers leased to organisations, and the queues for those that are not free (P1-07)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from trunkline.catalog.queries import parameter_on
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refused, raise_if_any
from trunkline.numbering import queries
from trunkline.numbering.leases.rules import (
    COUNTER_LEASE_HOURS,
    LONGEST_QUEUE,
    NOT_LEASED,
    NOT_WAITING,
    customer_holder,
    extension_refusals,
    waiting_refusals,
)
from trunkline.numbering.models import Number, Reservation, Waiting
from trunkline.numbering.operations import release_numbers, reserve_number
from trunkline.numbering.requests.rules import DESK_LEASE_DAYS
from trunkline.numbering.rules import OTHER_STOCK, UNKNOWN
from trunkline.numbering.types import LeasePurpose, ReservationView, WaitingEnd, WaitingView
from trunkline.party.queries import organization
from trunkline.security.audit import acting, operation
from trunkline.security.types import Actor


def lease_number(*, number: str, organization_id: int, actor: Actor, at: datetime) -> ReservationView:
    """Reserve a number for an organisation of the number's branch, for as long as the counter may.

    `Refused` as by `reserve_number`, and for an organisation that is unknown or of another branch than the number.
    """
    with acting(actor):
        branch = organization(organization_id).branch_id
        view = queries.numbers([number]).get(number)
        hours = parameter_on(COUNTER_LEASE_HOURS, local_date(at))
    if view is not None and view.branch_id != branch:
        raise Refused(OTHER_STOCK.about(number))
    return reserve_number(
        number=number,
        purpose=LeasePurpose.COUNTER,
        holder=customer_holder(organization_id),
        expires_at=at + timedelta(hours=hours),
        actor=actor,
        at=at,
    )


@operation("number.extend")
def extend_lease(*, number: str, actor: Actor, at: datetime) -> ReservationView:
    """Let a lease run as long again, once, while nobody waits for the number."""
    if number not in queries.locked_numbers([number]):
        raise Refused(UNKNOWN.about(number))
    lease = queries.reservation_of(number)
    raise_if_any(extension_refusals(number, lease, queries.queue_of(number), at))
    row = Reservation.objects.get(number__number=number, ended_at__isnull=True)
    row.expires_at += _length(lease, local_date(at))
    row.extended_at = at
    row.save()
    return queries.leases([number])[number]


def _length(lease: ReservationView | None, on: date) -> timedelta:
    """For how long leases of this sort are given."""
    if lease is not None and lease.purpose == LeasePurpose.DESK:
        return timedelta(days=parameter_on(DESK_LEASE_DAYS, on))
    return timedelta(hours=parameter_on(COUNTER_LEASE_HOURS, on))


@operation("number.release")
def release_lease(*, number: str, actor: Actor, at: datetime) -> None:
    """Give back a number that the counter leased; it goes to the first who waits for it, or is idle again."""
    queries.locked_numbers([number])
    lease = queries.reservation_of(number)
    if lease is None or lease.purpose not in set(LeasePurpose):
        raise Refused(NOT_LEASED.about(number))
    release_numbers(holder=lease.holder, numbers=[number], actor=actor, at=at)


@operation("number.wait")
def join_queue(*, number: str, organization_id: int, actor: Actor, at: datetime) -> WaitingView:
    """Queue an organisation for a number that is reserved or frozen; returns its place.

    The number goes to the first in the queue when it comes free, in order of joining.
    """
    branch = organization(organization_id).branch_id
    view = queries.locked_numbers([number]).get(number)
    lease, queue = queries.reservation_of(number), queries.queue_of(number)
    raise_if_any(
        waiting_refusals(
            number,
            view,
            lease.holder if lease else None,
            queue,
            organization_id=organization_id,
            branch_ids={branch} & set(actor.branch_ids),
            longest=parameter_on(LONGEST_QUEUE, local_date(at)),
        )
    )
    Waiting.objects.create(
        number=Number.objects.get(number=number),
        branch_id=branch,
        organization_id=organization_id,
        joined_by_id=actor.staff_id,
        joined_at=at,
    )
    return queries.queue_of(number)[-1]


@operation("number.stop_waiting")
def leave_queue(*, number: str, organization_id: int, actor: Actor, at: datetime) -> None:
    """Give up an organisation's place in the queue for a number; those behind it move up."""
    queries.locked_numbers([number])
    row = Waiting.objects.filter(
        number__number=number, organization_id=organization_id, ended_at__isnull=True
    ).first()
    if row is None:
        raise Refused(NOT_WAITING.about(number))
    row.ended_at, row.ended_how = at, WaitingEnd.LEFT
    row.save()
