"""Requests for 400 numbers, read."""

from __future__ import annotations

from collections.abc import Collection

from trunkline.kernel.refusals import Refused
from trunkline.numbering.models import NumberRequest, RequestRemark
from trunkline.numbering.requests.rules import UNKNOWN_REQUEST
from trunkline.numbering.requests.types import (
    OPEN,
    RemarkView,
    RequestEvent,
    RequestState,
    RequestView,
    Speaker,
)

_ANSWERS = {Speaker.UNIT: Speaker.DESK, Speaker.DESK: Speaker.UNIT}


def view_of(row: NumberRequest) -> RequestView:
    """A row as others see it."""
    state = RequestState(row.state)
    due = _ANSWERS.get(Speaker(row.last_side), Speaker.NOBODY)
    return RequestView(
        id=row.pk,
        branch_id=row.branch_id,
        organization_id=row.organization_id,
        wanted=row.wanted,
        purpose=row.purpose,
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        state=state,
        number=row.number,
        order_number=row.order_number,
        reported_by_id=row.reported_by_id,
        reported_at=row.reported_at,
        answer_due=due if state in OPEN else Speaker.NOBODY,
    )


def request(request_id: int) -> RequestView:
    """One request; `Refused` (``request.unknown``) when there is none."""
    row = NumberRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise Refused(UNKNOWN_REQUEST.about(str(request_id)))
    return view_of(row)


def requests(states: Collection[RequestState], limit: int = 200, offset: int = 0) -> tuple[RequestView, ...]:
    """Requests in these states, the oldest first."""
    rows = NumberRequest.objects.filter(state__in=list(states)).order_by("reported_at", "id")
    return tuple(view_of(row) for row in rows[offset : offset + limit])


def requests_of(organization_id: int) -> tuple[RequestView, ...]:
    """All requests of an organisation, the newest first."""
    rows = NumberRequest.objects.filter(organization_id=organization_id).order_by("-reported_at", "-id")
    return tuple(view_of(row) for row in rows)


def count_due(side: Speaker) -> int:
    """How many open requests wait for an answer of `side`."""
    asked = [other for other, answers in _ANSWERS.items() if answers is side]
    return NumberRequest.objects.filter(state__in=list(OPEN), last_side__in=asked).count()


def thread_of(request_id: int) -> tuple[RemarkView, ...]:
    """What happened to a request and what was said, in order."""
    rows = RequestRemark.objects.filter(request_id=request_id).order_by("id")
    return tuple(
        RemarkView(RequestEvent(row.event), Speaker(row.side), row.words, row.staff_id, row.at)
        for row in rows
    )
