"""What becomes of requests when their numbers are taken into use, given back or run out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from trunkline.numbering.models import NumberRequest, RequestRemark
from trunkline.numbering.requests.rules import is_400
from trunkline.numbering.requests.types import REQUEST_LIFE, RequestEvent, Speaker


def follow(numbers: Iterable[str], event: RequestEvent, at: datetime) -> None:
    """Let `event` happen to the requests that hold these numbers. The numbers are locked by then."""
    ours = [number for number in numbers if is_400(number)]
    if not ours:
        return
    rows = list(
        NumberRequest.objects.select_for_update().filter(
            number__in=ours, state__in=REQUEST_LIFE.sources(event)
        )
    )
    for row in rows:
        row.state, row.last_side = REQUEST_LIFE.target(event), Speaker.NOBODY
        row.save()
        RequestRemark.objects.create(
            request=row, branch_id=row.branch_id, event=event, side=Speaker.NOBODY, words="", at=at
        )
