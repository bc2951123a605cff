"""400 numbers for tests: in stock, wanted, reserved by the desk."""

from __future__ import annotations

from datetime import datetime

from trunkline.numbering.operations import stock_numbers
from trunkline.numbering.requests.operations import report_wish, reserve_wanted
from trunkline.numbering.requests.types import RequestView
from trunkline.numbering.types import NumberKind
from trunkline.party.queries import organization
from trunkline.security.audit import acting
from trunkline.security.queries import system_actor
from trunkline.security.types import Door

#: Of no grade, and of grade AAA: at least 89 yuan a month for 12 months or what its grade says.
ORDINARY, OTHER, PREMIUM = "4006551097", "4006551309", "4006551777"


def stock_400(branch_id: int, *numbers: str, at: datetime) -> None:
    """Take 400 numbers into a branch's stock."""
    stock_numbers(
        numbers=numbers,
        kind=NumberKind.SERVICE_400,
        stock_id=branch_id,
        actor=system_actor(Door.CLI),
        at=at,
    )


def keep_400(organization_id: int, number: str, *, at: datetime) -> RequestView:
    """A 400 number in stock that the desk has reserved for an organisation."""
    actor = system_actor(Door.CLI)
    with acting(actor):
        branch_id = organization(organization_id).branch_id
    stock_400(branch_id, number, at=at)
    wish = report_wish(
        organization_id=organization_id,
        wanted=number,
        purpose="客户服务热线",
        contact_name="何守正",
        contact_phone="13855101234",
        actor=actor,
        at=at,
    )
    return reserve_wanted(request_id=wish.id, number=number, actor=actor, at=at)
