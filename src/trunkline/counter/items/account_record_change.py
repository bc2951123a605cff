"""九、资料变更：付费账户 (S09-1): title, address and way of payment; the payer of isolated accounts stays (P2-12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.lines import line_item
from trunkline.counter.papers import SIGNED, THREE_CHANNELS, handler_papers
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, InitialPrice, Origin, Paper, TakesEffect
from trunkline.ordering.types import Change, ItemAction, PaperKind
from trunkline.party.operations import change_accounts
from trunkline.party.queries import accounts_by_id
from trunkline.party.types import BANK_FIELDS, PAYMENT_METHOD_NAMES, AccountView, PaymentMethod
from trunkline.security.types import Actor

NOTHING_CHANGES = Refusal(
    "account.nothing_changes", "S09", Text("须填写要变更的内容", "Say what is to be changed")
)
BANK_DATA_MISSING = Refusal(
    "account.bank_data_incomplete",
    "S01-G3",
    Text("银行托收资料不全", "The data for bank collection are incomplete"),
)


def _load(_: Circumstances, chosen: Sequence[LineFacts]) -> Mapping[int, AccountView]:
    return accounts_by_id({one.line.account_id for one in chosen})


def _something_changes(around: Circumstances, _: LinesFacts) -> Iterable[Refusal]:
    return () if around.request.details else (NOTHING_CHANGES,)


def _bank_data_complete(around: Circumstances, _: LinesFacts) -> Iterable[Refusal]:
    details = around.request.details
    by_bank = details.get("payment_method") == PaymentMethod.BANK_COLLECTION
    return (BANK_DATA_MISSING,) if by_bank and not all(name in details for name in BANK_FIELDS) else ()


def _changes(around: Circumstances, facts: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    details, account = around.request.details, facts.more[chosen.line.account_id]
    if "title" in details:
        yield Change(Text("账户名称", "Account title"), account.title, details["title"])
    if "billing_address" in details:
        yield Change(Text("账单地址", "Billing address"), account.billing_address, details["billing_address"])
    if "payment_method" in details:
        yield Change(
            Text("付款方式", "Payment method"),
            PAYMENT_METHOD_NAMES[account.payment_method].zh,
            PAYMENT_METHOD_NAMES[PaymentMethod(details["payment_method"])].zh,
        )


def _change(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    details = around.request.details
    method = details.get("payment_method")
    change_accounts(
        account_ids=[one.line.account_id for one in chosen],
        title=details.get("title"),
        billing_address=details.get("billing_address"),
        payment_method=PaymentMethod(method) if method else None,
        bank_collection={name: details[name] for name in BANK_FIELDS if name in details},
        actor=actor,
        at=around.at,
    )


ITEM = line_item(
    code="account_record_change",
    title=Text("资料变更（付费账户）", "Change of account records"),
    clause="S09",
    place=3,
    channels=THREE_CHANNELS,
    papers=(
        *handler_papers("S09-A1", origin=Origin.INFERRED),
        Paper(PaperKind.PROOF_OF_CHANGE, "S09-A1", origin=Origin.INFERRED),
    ),
    fields=(
        Field("title", Text("账户名称", "Account title"), required=False),
        Field("billing_address", Text("账单地址", "Billing address"), required=False),
        Field(
            "payment_method",
            Text("付款方式", "Payment method"),
            FieldKind.CHOICE,
            tuple((str(method), name) for method, name in PAYMENT_METHOD_NAMES.items()),
            required=False,
        ),
        *(Field(name, label, required=False, clause="S01-G3") for name, label in BANK_FIELDS.items()),
    ),
    guards=(
        Guard("something_changes", "S09", NOTHING_CHANGES.text, _something_changes, Origin.INFERRED),
        Guard("bank_data_complete", "S01-G3", BANK_DATA_MISSING.text, _bank_data_complete),
    ),
    more=_load,
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_change,
    fee="account_record_change",
    prices=(
        InitialPrice(
            "account_record_change", Text("资料变更手续费", "Change of records"), Decimal("0.00"), "标准 九"
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
)
