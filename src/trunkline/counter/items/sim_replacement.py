"""十二、补（换）卡 (S12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from trunkline.catalog.types import TaxClass
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.guards import no_arrears, not_in_phase, postpaid_not_stopped
from trunkline.counter.lines import ids_of, line_item
from trunkline.counter.papers import SIGNED, THREE_CHANNELS, handler_papers
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Field, FieldKind
from trunkline.ordering.item import Circumstances, Guard, InitialPrice, LineGuard, TakesEffect
from trunkline.ordering.types import Change, ItemAction
from trunkline.party.types import ServiceGrade
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import replace_sims
from trunkline.subscriptions.queries import sims_in_stock
from trunkline.subscriptions.types import LifePhase

FEE, VIP_FEE = "sim_replacement", "sim_replacement_vip"
REASONS = (
    ("lost", Text("卡丢失（补卡）", "Card lost")),
    ("damaged", Text("卡损坏（换卡）", "Card damaged")),
    ("upgrade", Text("升级换卡", "Card upgraded")),
)
DAMAGED_CARD_NOT_RETURNED = Refusal(
    "sim.old_card_missing",
    "S12-E1",
    Text(
        "号码{subject}因卡损坏换卡，应收回坏卡（登记旧卡ICCID）",
        "The damaged card of {subject} must be taken back: enter its ICCID",
    ),
)
NO_CARDS = Refusal(
    "sim.stock_short",
    "S12",
    Text(
        "分公司库存SIM卡不足：需{wanted}张，有{stock}张", "SIM stock is short: {wanted} needed, {stock} there"
    ),
)


def _damaged_card_returned(around: Circumstances, _: LinesFacts, chosen: LineFacts) -> Iterable[Refusal]:
    if around.request.details.get("reason") != "damaged":
        return ()
    returned = chosen.values.get("old_iccid", "")
    return () if returned == chosen.line.iccid else (DAMAGED_CARD_NOT_RETURNED.about(chosen.line.number),)


def _cards_in_stock(_: Circumstances, facts: LinesFacts) -> Iterable[Refusal]:
    wanted = len(facts.lines)
    return (NO_CARDS.filled(wanted=wanted, stock=facts.more),) if wanted > facts.more else ()


def _changes(_: Circumstances, __: LinesFacts, chosen: LineFacts) -> Iterable[Change]:
    return (Change(Text("SIM卡", "SIM card"), chosen.line.iccid, "新卡"),)


def _replace(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts], actor: Actor) -> None:
    replace_sims(line_ids=ids_of(chosen), stock_id=around.organization.branch_id, actor=actor, at=around.at)


def _fees(around: Circumstances, _: LinesFacts, chosen: Sequence[LineFacts]) -> Mapping[str, int]:
    standard = around.organization.grade is ServiceGrade.STANDARD
    return {FEE if standard else VIP_FEE: len(chosen)}


ITEM = line_item(
    code="sim_replacement",
    title=Text("补（换）卡", "SIM replacement"),
    clause="S12",
    channels=THREE_CHANNELS,
    papers=handler_papers("S12-A1"),
    fields=(Field("reason", Text("补换卡原因", "Reason"), FieldKind.CHOICE, REASONS, clause="S12-E1"),),
    line_fields=(
        Field(
            "old_iccid",
            Text("收回的旧卡ICCID", "ICCID of the card taken back"),
            FieldKind.NUMBER,
            required=False,
            clause="S12-E1",
        ),
    ),
    guards=(Guard("cards_in_stock", "S12", NO_CARDS.text, _cards_in_stock),),
    line_guards=(
        no_arrears("S12-G1"),
        postpaid_not_stopped("S12-G2"),
        not_in_phase("S12-G3", LifePhase.RECHARGE, LifePhase.LOCKED, LifePhase.RECLAIMED),
        LineGuard("damaged_card_returned", "S12-E1", DAMAGED_CARD_NOT_RETURNED.text, _damaged_card_returned),
    ),
    more=lambda around, _: sims_in_stock(around.organization.branch_id),
    action=ItemAction.MODIFY,
    changes=_changes,
    effects=_replace,
    fee=FEE,
    fees=_fees,
    prices=(
        InitialPrice(
            FEE, Text("SIM/USIM卡费", "SIM card"), Decimal("10.00"), "标准 十二（三）", TaxClass.GOODS
        ),
        InitialPrice(
            VIP_FEE,
            Text("SIM/USIM卡费（VIP）", "SIM card, VIP"),
            Decimal("0.00"),
            "标准 十二（三）",
            TaxClass.GOODS,
        ),
    ),
    takes_effect=TakesEffect.IMMEDIATELY,
    records=SIGNED,
)
