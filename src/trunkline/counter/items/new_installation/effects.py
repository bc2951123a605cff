"""What a new installation does: numbers, accounts, lines, SIM cards, member links, deposits."""

from __future__ import annotations

from collections.abc import Sequence

from trunkline.agreements.operations import link_members
from trunkline.agreements.types import MemberView
from trunkline.billing.operations import receive_premium_deposits, take_advance_payments
from trunkline.billing.types import AdvancePayment, PremiumDeposit
from trunkline.catalog import queries as catalog
from trunkline.counter.items.new_installation.facts import Facts
from trunkline.counter.items.new_installation.guards import (
    bank_collection,
    payment_method,
    security_per_line,
)
from trunkline.numbering.operations import assign_numbers
from trunkline.ordering.item import Circumstances, PlannedLine
from trunkline.ordering.types import ItemAction
from trunkline.party.operations import open_accounts
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import connect_lines
from trunkline.subscriptions.types import NameType, NewLine


def plan(_: Circumstances, facts: Facts, member: MemberView) -> PlannedLine:
    """A member as a line of the order."""
    offering = facts.offerings.get(member.plan_code)
    return PlannedLine(
        key=member.id,
        action=ItemAction.ADD,
        number=member.number,
        user_name=member.name,
        plan_name=offering.name if offering else member.plan_code,
        first_month_mode=member.first_month_mode or "",
    )


def connect(
    around: Circumstances, facts: Facts, members: Sequence[MemberView], actor: Actor
) -> Sequence[int]:
    """Numbers, accounts, lines, SIM cards, member links, deposits: each one statement for all members."""
    organization, at = around.organization, around.at
    method = payment_method(around)
    numbers = [member.number for member in members]
    assign_numbers(numbers=numbers, holder=f"agreement:{around.request.agreement_id}", actor=actor, at=at)
    accounts = open_accounts(
        organization_id=organization.id,
        titles=[f"{organization.name} {number}" for number in numbers],
        payment_method=method,
        isolated=True,
        bank_collection=bank_collection(around) or None,
        actor=actor,
        at=at,
    )
    terminals = catalog.terminal_models()
    lines = connect_lines(
        lines=[
            NewLine(
                number=member.number,
                account_id=account,
                user_name=member.name,
                user_id_number=member.id_number,
                offering_id=facts.offerings[member.plan_code].id,
                first_month_mode=member.first_month_mode,
                terminal_model_id=terminals[member.terminal_model].id
                if member.terminal_model in terminals
                else None,
                imei=member.imei,
            )
            for member, account in zip(members, accounts, strict=True)
        ],
        organization_id=organization.id,
        branch_id=organization.branch_id,
        name_type=NameType.ORGANIZATION,
        actor=actor,
        at=at,
    )
    link_members(
        pairs=[(member.id, line) for member, line in zip(members, lines, strict=True)],
        actor=actor,
        at=at,
    )
    _take_deposits(around, facts, members, accounts, actor)
    return lines


def _take_deposits(
    around: Circumstances,
    facts: Facts,
    members: Sequence[MemberView],
    accounts: Sequence[int],
    actor: Actor,
) -> None:
    """The deposits of premium numbers (P2-02) and what is paid in advance under S01-G2."""
    method = payment_method(around)
    owners = list(zip(members, accounts, strict=True))
    deposits = [
        PremiumDeposit(account, member.number, facts.premiums[member.number].prepayment)
        for member, account in owners
        if member.number in facts.premiums
    ]
    if deposits:
        receive_premium_deposits(
            deposits=deposits,
            method=method,
            reference=f"agreement:{around.request.agreement_id}",
            actor=actor,
            at=around.at,
        )
    secured = [
        AdvancePayment(account, security_per_line(around, facts, member)) for member, account in owners
    ]
    advances = [advance for advance in secured if advance.amount]
    if advances:
        take_advance_payments(
            organization_id=around.organization.id,
            advances=advances,
            method=method,
            reference="S01-G2",
            actor=actor,
            at=around.at,
        )
