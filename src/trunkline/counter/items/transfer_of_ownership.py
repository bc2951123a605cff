"""二、过户 (S02): lines go to another organisation; what was used before stays the old owner's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trunkline.agreements.types import Restriction
from trunkline.billing.queries import arrears
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import (
    no_premium_rule,
    not_blacklisted,
    not_lost,
    not_restricted,
    not_suspended,
    settled,
)
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import SIGNED, THREE_CHANNELS, handler_papers
from trunkline.kernel.money import ZERO
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ledger.points.operations import forfeit_points
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import (
    Circumstances,
    Guard,
    InitialPrice,
    LineGuard,
    Origin,
    Paper,
    TakesEffect,
)
from trunkline.ordering.types import Change, ItemAction, PaperKind
from trunkline.party.operations import open_accounts
from trunkline.party.queries import organization_by_code
from trunkline.party.rules import resident_id_refusals
from trunkline.party.types import PAYMENT_METHOD_NAMES, OrganizationView, PaymentMethod
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import transfer_lines

NO_NEW_OWNER = Refusal(
    "transfer.new_owner_unknown",
    "S02-A1",
    Text(
        "没有新机主：请先建档，填客户编号或统一社会信用代码",
        "The new owner is unknown: register it first, then give its code or credit code",
    ),
)
SAME_OWNER = Refusal(
    "transfer.same_owner", "S02-A1", Text("新机主与原机主相同", "The new owner is the old one")
)
OWNER_OF_ANOTHER_BRANCH = Refusal(
    "transfer.other_branch",
    "S02-A1",
    Text("新机主属于其他分公司", "The new owner belongs to another branch"),
)
NEW_OWNER_OWES = Refusal(
    "transfer.new_owner_owes",
    "S02-G3",
    Text("新机主欠费{amount}元，须先交清", "The new owner owes {amount} yuan, to be paid first"),
)
NEW_OWNER_BLACKLISTED = Refusal(
    "transfer.new_owner_blacklisted",
    "S02-G3",
    Text("新机主在黑名单内", "The new owner is on the blacklist"),
)


def _new_owner(around: Circumstances, _: Sequence[LineFacts]) -> tuple[OrganizationView | None, Decimal]:
    found = organization_by_code(around.request.details.get("new_owner", ""))
    owed = arrears([found.id], local_date(around.at))[found.id] if found else ZERO
    return found, owed


def _new_owner_known(around: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    owner, _ = facts.more
    if owner is None:
        return (NO_NEW_OWNER,)
    if owner.id == around.organization.id:
        return (SAME_OWNER,)
    return (OWNER_OF_ANOTHER_BRANCH,) if owner.branch_id != around.organization.branch_id else ()


def _new_owner_pays(_: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    owner, owed = facts.more
    return (NEW_OWNER_OWES.filled(amount=owed),) if owner is not None and owed > ZERO else ()


def _new_owner_not_blacklisted(_: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    owner, _owed = facts.more
    return (NEW_OWNER_BLACKLISTED,) if owner is not None and owner.blacklisted else ()


def _real_name(_: Circumstances, __: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    number = chosen.values.get("user_id_number")
    return resident_id_refusals(number) if number else ()


def _changes(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    owner, _ = facts.more
    yield Change(Text("机主", "Owner"), around.organization.name, owner.name if owner else "")
    if "user_name" in chosen.values:
        yield Change(Text("使用人", "User"), chosen.line.user_name, chosen.values["user_name"])


def _transfer(around: Circumstances, facts: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    owner, _ = facts.more
    accounts = open_accounts(
        organization_id=owner.id,
        titles=[f"{owner.name} {one.line.number}" for one in chosen],
        payment_method=PaymentMethod(around.request.details.get("payment_method", PaymentMethod.CASH)),
        isolated=False,
        actor=actor,
        at=around.at,
    )
    forfeit_points(
        line_ids=ids_of(chosen),
        source="transfer_of_ownership",
        source_id=around.at.isoformat(),
        actor=actor,
        at=around.at,
    )
    transfer_lines(
        accounts=dict(zip([one.line.id for one in chosen], accounts, strict=True)),
        organization_id=owner.id,
        users={
            one.line.id: (
                one.values.get("user_name", one.line.user_name),
                one.values.get("user_id_number", one.line.user_id_number),
            )
            for one in chosen
            if {"user_name", "user_id_number"} & set(one.values)
        },
        actor=actor,
        at=around.at,
    )


ITEM = line_item(
    code="transfer_of_ownership",
    title=Text("过户", "Transfer of ownership"),
    clause="S02",
    channels=THREE_CHANNELS,
    papers=(
        *handler_papers("S02-A1"),
        Paper(PaperKind.NEW_OWNER_CERTIFICATE, "S02-A1", original=True),
        Paper(PaperKind.NEW_OWNER_LETTER, "S02-A1", sealed=True),
    ),
    fields=(
        Field(
            "new_owner",
            Text("新机主（客户编号或统一社会信用代码）", "New owner (customer or credit code)"),
            clause="S02-A1",
        ),
        Field(
            "payment_method",
            Text("新账户付款方式", "How the new account pays"),
            FieldKind.CHOICE,
            tuple(
                (str(m), name)
                for m, name in PAYMENT_METHOD_NAMES.items()
                if m is not PaymentMethod.BANK_COLLECTION
            ),
            required=False,
        ),
    ),
    line_fields=(
        Field("user_name", Text("新使用人姓名", "New user's name"), required=False, clause="REG-13"),
        Field("user_id_number", Text("新使用人证件号码", "New user's ID"), required=False, clause="REG-13"),
    ),
    guards=(
        Guard("new_owner_known", "S02-A1", NO_NEW_OWNER.text, _new_owner_known),
        Guard("new_owner_pays", "S02-G3", NEW_OWNER_OWES.text, _new_owner_pays, Origin.INFERRED),
        Guard(
            "new_owner_not_blacklisted",
            "S02-G3",
            NEW_OWNER_BLACKLISTED.text,
            _new_owner_not_blacklisted,
            Origin.INFERRED,
        ),
    ),
    line_guards=(
        not_restricted(
            "S02-G1",
            Restriction.TRANSFER,
            Text(
                "号码{number}在协议{agreement}期内，原则上不予过户",
                "{number} stands under agreement {agreement}: in principle no transfer",
            ),
        ),
        no_premium_rule("S02-G1", origin=Origin.INFERRED),
        settled("S02-G2"),
        not_blacklisted("S02", origin=Origin.INFERRED),
        not_suspended("S02", origin=Origin.INFERRED),
        not_lost("S02", origin=Origin.INFERRED),
        LineGuard(
            "real_name",
            "REG-13",
            Text("新使用人证件号码须正确", "The new user's ID must be right"),
            _real_name,
        ),
    ),
    more=_new_owner,
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_transfer,
    fee="transfer_of_ownership",
    prices=(
        InitialPrice(
            "transfer_of_ownership",
            Text("移动业务过户费", "Transfer of a mobile line"),
            Decimal("0.00"),
            "标准 二（三）",
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
    notices=(
        Text(
            "过户前的话费由原机主承担；过户后原机主不再能查询详单，积分不随号码转移。",
            "Charges before the transfer are the old owner's, whose access to details ends; points do not move.",
        ),
    ),
)
