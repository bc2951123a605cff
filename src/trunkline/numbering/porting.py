"""携号转网 (REG-17): numbers that go to another operator and come back, and those that come from one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from trunkline.catalog.queries import parameter_on
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import raise_if_any
from trunkline.numbering import queries
from trunkline.numbering.leases.rules import COUNTER_LEASE_HOURS, customer_holder
from trunkline.numbering.models import Number, PortOverride
from trunkline.numbering.operations import Lease, hold
from trunkline.numbering.returning import leave
from trunkline.numbering.rules import (
    SHORTEST_FREEZE,
    in_ranges,
    port_in_refusals,
    port_out_refusals,
    return_refusals,
)
from trunkline.numbering.types import (
    NUMBER_LIFE,
    Arrangement,
    LeasePurpose,
    NumberEvent,
    NumberKind,
    NumberState,
    ReservationView,
    TelecomOperator,
)
from trunkline.party.queries import organization
from trunkline.security.audit import operation
from trunkline.security.types import Actor


@operation("number.port_out")
def port_out_numbers(*, numbers: Sequence[str], actor: Actor, at: datetime) -> None:
    """Numbers in use go to another operator. One that had come from there is its own again: no override is left."""
    inventory = queries.locked_numbers(numbers)
    raise_if_any(port_out_refusals(numbers, inventory, actor.branch_ids))
    leave([view.number for view in inventory.values()], at)


@operation("number.take_back")
def take_back_number(*, number: str, actor: Actor, at: datetime) -> datetime:
    """The other operator gives a number of ours back: it is frozen like any that has ended (REG-11). Returns until when."""
    view = queries.locked_numbers([number]).get(number)
    ours = in_ranges(number, queries.ranges(), local_date(at))
    raise_if_any(return_refusals(number, view, actor.branch_ids, ours=ours))
    until = at + SHORTEST_FREEZE
    Number.objects.filter(number=number).update(
        state=NUMBER_LIFE.target(NumberEvent.TAKE_BACK), frozen_until=until
    )
    return until


@operation("number.port_in", kept={"code": lambda _: None})
def port_in_number(
    *, number: str, donor: TelecomOperator, code: str, organization_id: int, actor: Actor, at: datetime
) -> ReservationView:
    """A mobile number of another operator comes in and is kept for the organisation that brings it.

    With the donor's authorisation code, which goes to the porting centre and is not kept. From then on the number's
    override says that it is with us, whosever its range is (REG-21). `Refused` names every reason against it.
    """
    branch_id = organization(organization_id).branch_id
    ours = in_ranges(number, queries.ranges(), local_date(at))
    raise_if_any(port_in_refusals(number, code, queries.numbers([number]).get(number), ours=ours))
    new = _enter(number, branch_id)
    # Of two who bring in the same number one waited for the other, and is judged on what is then true.
    view = queries.locked_numbers([number])[number]
    raise_if_any(port_in_refusals(number, code, None if new else view, ours=ours))
    Number.objects.filter(number=number).update(
        state=NUMBER_LIFE.target(NumberEvent.PORT_IN), stock_id=branch_id, arrangement=Arrangement.PORTED_IN
    )
    PortOverride.objects.create(number=number, branch_id=branch_id, donor=donor, ported_at=at)
    until = at + timedelta(hours=parameter_on(COUNTER_LEASE_HOURS, local_date(at)))
    lease = Lease(LeasePurpose.COUNTER, customer_holder(organization_id), until)
    hold(queries.locked_numbers([number]).values(), lease, actor, at)
    return queries.leases([number])[number]


def _enter(number: str, branch_id: int) -> bool:
    """Enter a number that is still another operator's; whether it was not in the inventory yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO numbering_number (number, kind, grade, state, stock_id, arrangement) "
            "VALUES (%s, %s, '', %s, %s, %s) ON CONFLICT (number) DO NOTHING",
            [number, NumberKind.MOBILE, NumberState.PORTED_OUT, branch_id, Arrangement.NONE],
        )
        return bool(cursor.rowcount)
