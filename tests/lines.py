"""Lines and accounts for tests of billing: connected through the ordinary operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.codes import resident_id
from tests.world import World
from trunkline.catalog import queries as catalog
from trunkline.numbering import operations as numbering
from trunkline.party.operations import open_accounts
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions import operations as subscriptions
from trunkline.subscriptions.types import NameType, NewLine


@dataclass(frozen=True)
class Connected:
    """A line with its number and account."""

    line_id: int
    number: str
    account_id: int


def accounts(
    world: World,
    actor: Actor,
    at: datetime,
    count: int,
    *,
    branch: str = "HF",
    organization: int | None = None,
) -> tuple[int, ...]:
    """Isolated billing accounts of a branch's first organisation."""
    return open_accounts(
        organization_id=organization or world.organizations[branch][0],
        titles=[f"账户{n}" for n in range(count)],
        payment_method=PaymentMethod.TRANSFER,
        isolated=True,
        actor=actor,
        at=at,
    )


def plan_id(code: str, actor: Actor) -> int:
    with acting(actor):
        plan = catalog.offering_by_code(code)
    assert plan is not None
    return plan.id


def connect(
    world: World,
    actor: Actor,
    at: datetime,
    count: int,
    *,
    branch: str = "HF",
    plan: str = "3G-46",
    mode: str | None = "full_month",
    account_ids: Sequence[int] = (),
    numbers: Sequence[str] = (),
) -> list[Connected]:
    """`count` active lines of a branch's first organisation, each with an account of its own unless given."""
    taken: Sequence[str] = numbers
    if not taken:
        holder = f"test:{at.isoformat()}"
        taken = numbering.reserve_idle(
            count=count,
            stock_id=world.branches[branch],
            purpose="agreement",
            holder=holder,
            expires_at=at + timedelta(days=1),
            actor=actor,
            at=at,
        )
        numbering.assign_numbers(numbers=taken, holder=holder, actor=actor, at=at)
    owners = account_ids or accounts(world, actor, at, count, branch=branch)
    offering = plan_id(plan, actor)
    new = [
        NewLine(number, account, "刘思源", person(number), offering, mode, None, "")
        for number, account in zip(taken, owners, strict=True)
    ]
    ids = subscriptions.connect_lines(
        lines=new,
        organization_id=world.organizations[branch][0],
        branch_id=world.branches[branch],
        name_type=NameType.ORGANIZATION,
        actor=actor,
        at=at,
    )
    return [Connected(i, n.number, n.account_id) for i, n in zip(ids, new, strict=True)]


def person(number: str) -> str:
    """The identity number of the person who uses a number, one for each number."""
    return resident_id("340102", f"19{60 + int(number[-3]):02d}0101", int(number[-4:]) % 1000)
