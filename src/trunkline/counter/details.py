"""详单 of an order (S22, S23): who may look, for how long, and what he sees. Every look is kept.

All doors read through here: the page, the sheet, the PDF, the mail, the command, the customer's portal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from trunkline.counter.detail_items import line_ids_asked, month_refusals, months_of
from trunkline.counter.detail_words import DetailRow, detail_row
from trunkline.kernel.money import fen_half_up
from trunkline.kernel.periods import Month, local_date
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ordering.queries import order
from trunkline.ordering.settings import settings_on
from trunkline.ordering.types import OrderState, OrderView
from trunkline.rating.details import Details, DetailSums
from trunkline.rating.operations import record_detail_access
from trunkline.rating.queries import latest_rating
from trunkline.rating.types import DetailWay, UsageKind
from trunkline.runs.details import details_of_month
from trunkline.security.audit import operation
from trunkline.security.types import Actor

#: The items whose orders open details.
DETAIL_ITEMS = frozenset({"detail_query", "detail_print"})
#: How long after the order its details may be looked at: a dated setting of the item, in hours.
ACCESS_HOURS, DEFAULT_HOURS = "access_hours", 24

_GIVEN = frozenset({OrderState.COMPLETED, OrderState.PARTIAL})

NO_DETAILS = Refusal(
    "detail.no_details",
    "S22-A1",
    Text("该订单不是详单业务：{subject}", "This order is not for usage details: {subject}"),
)
NOT_COMPLETED = Refusal(
    "detail.not_completed",
    "S22-A1",
    Text("订单尚未竣工，不能查看详单：{subject}", "The order is not completed yet: {subject}"),
)
MAILED_ONLY = Refusal(
    "detail.mailed_only",
    "S22-A1",
    Text(
        "该订单的详单只发到经办人预留的邮箱，不在此查看",
        "The details of this order go to the handler's registered mailbox and are not shown here",
    ),
)
TOO_LATE = Refusal(
    "detail.too_late",
    "S22-A1",
    Text(
        "已超过办理后{hours}小时的查看时限，须重新受理",
        "They could be looked at for {hours} hours after the order; apply again",
    ),
)
OTHER_MONTH = Refusal(
    "detail.other_month",
    "S22-A1",
    Text("该订单没有申请{subject}的详单", "The order does not ask for the details of {subject}"),
)


@dataclass(frozen=True, slots=True)
class Granted:
    """What an order opens: months, and the lines; None for all of the organisation's."""

    order: OrderView
    months: tuple[Month, ...]
    line_ids: tuple[int, ...] | None
    until: datetime

    def month(self, asked: Month | None) -> Month:
        """The month asked for, or the first; `Refused` when the order is not for it."""
        if asked is not None and asked not in self.months:
            raise Refused(OTHER_MONTH.about(str(asked)))
        return asked or self.months[0]


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """A leaf of the details of one month.

    `sums` are of all records of the choice (`number`, `kind`), shown on this leaf or not, `records_of_month` counts
    them without that choice; `charge_in_fen` is their
    charge as a bill would round it. `provisional` says that the month has not been billed: charges are of what was
    taken in so far.
    """

    order: OrderView
    months: tuple[Month, ...]
    month: Month
    number: str
    kind: UsageKind | None
    rows: tuple[DetailRow, ...]
    sums: DetailSums
    records_of_month: int
    charge_in_fen: Decimal
    provisional: bool
    until: datetime


def granted(order_id: int, *, at: datetime, mailed: bool = False) -> Granted:
    """What the order opens at `at`; `mailed` for the mail itself. `Refused` with every reason against.

    Besides the time to look, REG-08 holds at each look: what is too old by then is not shown any more.
    """
    found = order(order_id)
    if found.item_code not in DETAIL_ITEMS:
        raise Refused(NO_DETAILS.about(found.number))
    hours = settings_on(local_date(at)).number(found.item_code, ACCESS_HOURS, DEFAULT_HOURS)
    completed = found.completed_at if found.state in _GIVEN else None
    until = (completed or at) + timedelta(hours=hours)
    months = months_of(found.details)
    by_mail = found.details.get("delivery") == "email"
    raise_if_any(
        (
            *((NOT_COMPLETED.about(found.number),) if completed is None else ()),
            *((MAILED_ONLY,) if by_mail and not mailed else ()),
            *((TOO_LATE.filled(hours=hours),) if completed is not None and at >= until else ()),
            *month_refusals(months, at),
        )
    )
    return Granted(found, months, line_ids_asked(order_id), until)


@contextmanager
def opened(grant: Granted, month: Month, at: datetime) -> Iterator[Details]:
    """The details of a month that an order opens."""
    with details_of_month(grant.order.organization_id, month, line_ids=grant.line_ids, at=at) as details:
        yield details


def keep_access(
    grant: Granted,
    way: DetailWay,
    month: Month,
    records: int,
    *,
    number: str = "",
    kind: UsageKind | None = None,
    skipped: int = 0,
    actor: Actor,
    at: datetime,
) -> None:
    """Write the look down, in the transaction of the look."""
    record_detail_access(
        order_id=grant.order.id,
        branch_id=grant.order.branch_id,
        organization_id=grant.order.organization_id,
        way=way,
        month=month,
        number=number,
        kind=kind.value if kind else "",
        skipped=skipped,
        records=records,
        actor=actor,
        at=at,
    )


def is_provisional(month: Month) -> bool:
    """Whether no bills were made of the month yet."""
    return latest_rating(month) is None


@operation("detail.view")
def details_page(
    order_id: int,
    *,
    month: Month | None = None,
    line: str | None = None,
    kind: UsageKind | None = None,
    limit: int = 50,
    offset: int = 0,
    actor: Actor,
    at: datetime,
) -> DetailsPage:
    """A leaf of an order's details, of one month (the first when none is named), one number and kind if named.

    What is masked (S31-E1) or was used in other hands (S02) is neither shown nor counted. `Refused`: the order opens
    no details now, or not this month.
    """
    grant = granted(order_id, at=at)
    chosen = grant.month(month)
    number = (line or "").strip()
    with opened(grant, chosen, at) as details:
        sums = details.sums(number=number, kind=kind)
        whole = details.sums().records if number or kind else sums.records
        rows = tuple(
            detail_row(record)
            for record in details.read(number=number, kind=kind, limit=limit, offset=offset)
        )
    keep_access(
        grant,
        DetailWay.PAGE,
        chosen,
        len(rows),
        number=number,
        kind=kind,
        skipped=offset,
        actor=actor,
        at=at,
    )
    return DetailsPage(
        order=grant.order,
        months=grant.months,
        month=chosen,
        number=number,
        kind=kind,
        rows=rows,
        sums=sums,
        records_of_month=whole,
        charge_in_fen=fen_half_up(sums.charge),
        provisional=is_provisional(chosen),
        until=grant.until,
    )
