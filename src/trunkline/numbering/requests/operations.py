"""Verbs on requests for 400 numbers. The number's row is locked after the request's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from trunkline.catalog.queries import parameter_on
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refused, raise_if_any
from trunkline.numbering import queries as numbers
from trunkline.numbering.leases.rules import customer_holder
from trunkline.numbering.models import NumberRequest, RequestRemark
from trunkline.numbering.operations import release_numbers, reserve_numbers
from trunkline.numbering.requests import queries
from trunkline.numbering.requests.rules import (
    DESK_LEASE_DAYS,
    MOST_PER_ORGANIZATION,
    UNKNOWN_REQUEST,
    WORDS_MISSING,
    answer_refusals,
    event_refusals,
    is_400,
    report_refusals,
)
from trunkline.numbering.requests.types import (
    REQUEST_LIFE,
    RequestEvent,
    RequestState,
    RequestView,
    Speaker,
)
from trunkline.numbering.rules import reserve_refusals
from trunkline.numbering.types import LeasePurpose
from trunkline.party.queries import organization
from trunkline.security.audit import operation
from trunkline.security.types import Actor


class _Entry(NamedTuple):
    """What the thread is told."""

    event: RequestEvent
    side: Speaker
    words: str


@operation("number_request.report")
def report_wish(
    *,
    organization_id: int,
    wanted: str,
    purpose: str,
    contact_name: str,
    contact_phone: str,
    actor: Actor,
    at: datetime,
) -> RequestView:
    """A business unit reports that an organisation wants a 400 number, or one of a pattern (P1-07).

    `Refused` for what REG-16 and REG-22 forbid, and where a whole number is wanted that is not idle.
    """
    customer = organization(organization_id)
    refusals = report_refusals(
        wanted,
        purpose,
        (contact_name, contact_phone),
        blacklisted=customer.blacklisted,
        others=queries.requests_of(organization_id),
        most=parameter_on(MOST_PER_ORGANIZATION, local_date(at)),
    )
    taken = reserve_refusals([wanted], numbers.numbers([wanted]), [customer.branch_id])
    raise_if_any((*refusals, *(taken if is_400(wanted) else ())))
    row = NumberRequest.objects.create(
        branch_id=customer.branch_id,
        organization_id=organization_id,
        wanted=wanted,
        purpose=purpose.strip(),
        contact_name=contact_name.strip(),
        contact_phone=contact_phone.strip(),
        state=RequestState.REPORTED,
        reported_by_id=actor.staff_id,
        reported_at=at,
        last_side=Speaker.UNIT,
    )
    _tell(row, _Entry(RequestEvent.REPORT, Speaker.UNIT, purpose.strip()), actor, at)
    return queries.view_of(row)


@operation("number_request.reserve")
def reserve_wanted(
    *, request_id: int, number: str, words: str = "", actor: Actor, at: datetime
) -> RequestView:
    """The desk reserves a number for a request, the one wanted or another; one reserved before is given back."""
    row = _locked(request_id, RequestEvent.RESERVE)
    raise_if_any(answer_refusals(number, numbers.numbers([number]).get(number)))
    before, row.number = row.number, number
    row.save()
    holder = customer_holder(row.organization_id)
    if before and before != number:
        release_numbers(holder=holder, numbers=[before], actor=actor, at=at)
    if before != number:
        reserve_numbers(
            numbers=[number],
            purpose=LeasePurpose.DESK,
            holder=holder,
            expires_at=at + timedelta(days=parameter_on(DESK_LEASE_DAYS, local_date(at))),
            customer=holder,
            actor=actor,
            at=at,
        )
    return _moved(row, _Entry(RequestEvent.RESERVE, Speaker.DESK, words.strip() or number), actor, at)


@operation("number_request.raise_issue")
def raise_issue(*, request_id: int, words: str, actor: Actor, at: datetime) -> RequestView:
    """The desk says what stands in the way; what is reserved stays so until its time is over."""
    row = _locked(request_id, RequestEvent.RAISE)
    return _moved(row, _Entry(RequestEvent.RAISE, Speaker.DESK, _said(words)), actor, at)


@operation("number_request.remark")
def remark(*, request_id: int, words: str, actor: Actor, at: datetime) -> RequestView:
    """Either side says something about an open request."""
    row = _locked(request_id, RequestEvent.REMARK)
    return _moved(row, _Entry(RequestEvent.REMARK, _side(actor), _said(words)), actor, at)


@operation("number_request.withdraw")
def withdraw_wish(*, request_id: int, words: str, actor: Actor, at: datetime) -> RequestView:
    """The number is not wanted any more, or cannot be had; what is reserved is given back."""
    row = _locked(request_id, RequestEvent.RELEASE)
    view = _moved(row, _Entry(RequestEvent.RELEASE, _side(actor), _said(words)), actor, at)
    if row.number:
        holder = customer_holder(row.organization_id)
        release_numbers(holder=holder, numbers=[row.number], actor=actor, at=at)
    return view


def tie_order(*, number: str, order_number: str) -> None:
    """Write down, within an operation, by which order a request's number was taken into use."""
    NumberRequest.objects.filter(number=number, state=RequestState.ORDERED).update(order_number=order_number)


def _locked(request_id: int, event: RequestEvent) -> NumberRequest:
    """A request under lock to which `event` may happen."""
    row = NumberRequest.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise Refused(UNKNOWN_REQUEST.about(str(request_id)))
    raise_if_any(event_refusals(row.pk, RequestState(row.state), event))
    return row


def _said(words: str) -> str:
    if not words.strip():
        raise Refused(WORDS_MISSING)
    return words.strip()


def _moved(row: NumberRequest, entry: _Entry, actor: Actor, at: datetime) -> RequestView:
    """Move a locked request on, but for a remark, and tell its thread."""
    if entry.event is not RequestEvent.REMARK:
        row.state = REQUEST_LIFE.target(entry.event)
    row.last_side = entry.side
    row.save()
    _tell(row, entry, actor, at)
    return queries.view_of(row)


def _tell(row: NumberRequest, entry: _Entry, actor: Actor, at: datetime) -> None:
    RequestRemark.objects.create(
        request=row,
        branch_id=row.branch_id,
        event=entry.event,
        side=entry.side,
        words=entry.words,
        staff_id=actor.staff_id,
        at=at,
    )


def _side(actor: Actor) -> Speaker:
    """On whose side somebody speaks."""
    return Speaker.DESK if actor.may("number_request.reserve") else Speaker.UNIT
