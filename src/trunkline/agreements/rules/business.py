"""业务种类: the fields of each of the six kinds, what must hold among them, and what a breach takes back (P2-03)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from trunkline.agreements.clauses.parameters import (
    ClauseParameter,
    ClauseParameterKind,
    Value,
    in_words,
    value_refusals,
)
from trunkline.agreements.types import AgreementTerms, BusinessKind, ClawBack
from trunkline.kernel.money import ZERO, fen_down
from trunkline.kernel.periods import months_later
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text

_YUAN = Text("元", "yuan")
_FEN, _MOST = Decimal("0.01"), Decimal("99999.99")


def _amount(name: str, zh: str, en: str) -> ClauseParameter:
    return ClauseParameter(name, ClauseParameterKind.AMOUNT, Text(zh, en), _YUAN, lower=_FEN, upper=_MOST)


def _text(name: str, zh: str, en: str) -> ClauseParameter:
    return ClauseParameter(name, ClauseParameterKind.TEXT, Text(zh, en))


_MODEL = _text("handset_model", "所供终端型号", "Handset supplied")
_PRICE = _amount("handset_price", "终端价格", "Price of the handset")
_PREPAYMENT = _amount("prepayment", "预存话费", "Prepayment")
_RETURN = _amount("monthly_return", "每月返还", "Returned each month")
_MONTHS = ClauseParameter(
    "months",
    ClauseParameterKind.MONTHS,
    Text("返还月数", "Months of return"),
    Text("个月", "months"),
    lower=Decimal(1),
    upper=Decimal(60),
)

#: What each kind asks for beside the plan, whose price is the catalogue's (P2-03).
BUSINESS_FIELDS: Mapping[BusinessKind, tuple[ClauseParameter, ...]] = {
    BusinessKind.STANDARD_PLAN: (),
    BusinessKind.BYOD: (),
    BusinessKind.PREPAY_DISCOUNT_HANDSET: (
        *(_MODEL, _PRICE, _amount("subsidy", "终端补贴", "Handset subsidy")),
        *(_PREPAYMENT, _RETURN, _MONTHS),
    ),
    BusinessKind.PREPAY_FREE_HANDSET: (_MODEL, _PRICE, _PREPAYMENT, _RETURN, _MONTHS),
    BusinessKind.BUY_HANDSET_GET_CREDIT: (
        *(_MODEL, _PRICE, _amount("credit", "赠送话费", "Credit given")),
        *(_RETURN, _MONTHS),
    ),
    BusinessKind.GROUP_VAS: (
        _text("service", "增值业务", "Value-added service"),
        _amount("monthly_fee", "业务月费", "Fee of the service a month"),
    ),
}

RETURNS_DO_NOT_ADD_UP = Refusal(
    "agreement.returns_do_not_add_up",
    "P2-03",
    Text(
        "每月返还{each}元、{months}个月合计{sum}元，与应返还的{whole}元不符",
        "{each} yuan a month for {months} months make {sum}, not the {whole} yuan to be returned",
    ),
)
SUBSIDY_ABOVE_PRICE = Refusal(
    "agreement.subsidy_above_price",
    "P2-03",
    Text(
        "终端补贴{subsidy}元高于终端价格{price}元",
        "The handset subsidy of {subsidy} yuan exceeds the handset's price of {price}",
    ),
)
RETURNS_BEYOND_TERM = Refusal(
    "agreement.returns_beyond_term",
    "P2-03",
    Text(
        "返还月数{months}超过协议有效期（{term}个月）",
        "The return runs {months} months, longer than the term of {term}",
    ),
)
HANDSET_UNKNOWN = Refusal(
    "agreement.handset_unknown", "P2-03", Text("没有这个终端型号：{subject}", "No such handset: {subject}")
)
ANOTHER_TERMINAL = Refusal(
    "agreement.another_terminal",
    "P2-17",
    Text(
        "协议的终端型号{terminal}与所提供的终端{subject}不同",
        "The agreement names terminal {terminal}, not the handset {subject} that is supplied",
    ),
)


@dataclass(frozen=True, slots=True)
class HandsetOffer:
    """What one line gets in the three handset kinds, in yuan.

    `subsidy` is our part of the handset's price (all of it where the handset is free, none where it is bought);
    `prepayment` is the customer's own money, `credit` ours; either comes back by `monthly_return` over `months`.
    """

    model: str
    price: Decimal
    subsidy: Decimal
    prepayment: Decimal
    credit: Decimal
    monthly_return: Decimal
    months: int


@dataclass(frozen=True, slots=True)
class GroupService:
    """集团增值业务: the service, yuan a month."""

    service: str
    monthly_fee: Decimal


Business = HandsetOffer | GroupService | None


def business_of(kind: BusinessKind, values: Mapping[str, Value]) -> Business:
    """The details of a kind from values that its fields accept; None for a kind without details, and for an
    agreement from before its kind had fields.
    """
    amounts = {name: value for name, value in values.items() if isinstance(value, Decimal)}
    if any(field.name not in values for field in BUSINESS_FIELDS[kind]):
        return None
    if kind is BusinessKind.GROUP_VAS:
        return GroupService(str(values["service"]), amounts["monthly_fee"])
    if not BUSINESS_FIELDS[kind]:
        return None
    free = kind is BusinessKind.PREPAY_FREE_HANDSET
    price = amounts["handset_price"]
    return HandsetOffer(
        model=str(values["handset_model"]),
        price=price,
        subsidy=price if free else amounts.get("subsidy", ZERO),
        prepayment=amounts.get("prepayment", ZERO),
        credit=amounts.get("credit", ZERO),
        monthly_return=amounts["monthly_return"],
        months=cast(int, values["months"]),
    )


def business_refusals(terms: AgreementTerms, known_terminals: Iterable[str]) -> tuple[Refusal, ...]:
    """Every reason against the fields of the agreement's kind of business (P2-03)."""
    found = value_refusals(BUSINESS_FIELDS[terms.business_kind], terms.business_values, "P2-03")
    if found:
        return found
    offer = business_of(terms.business_kind, terms.business_values)
    return tuple(_offer_refusals(offer, terms, known_terminals)) if isinstance(offer, HandsetOffer) else ()


def _offer_refusals(
    offer: HandsetOffer, terms: AgreementTerms, known_terminals: Iterable[str]
) -> Iterable[Refusal]:
    whole, total = offer.prepayment + offer.credit, offer.monthly_return * offer.months
    if offer.model not in known_terminals:
        yield HANDSET_UNKNOWN.about(offer.model)
    elif terms.terminal_model and terms.terminal_model != offer.model:
        yield ANOTHER_TERMINAL.about(offer.model, terminal=terms.terminal_model)
    if offer.subsidy > offer.price:
        yield SUBSIDY_ABOVE_PRICE.filled(subsidy=offer.subsidy, price=offer.price)
    if total != whole:
        yield RETURNS_DO_NOT_ADD_UP.filled(
            each=offer.monthly_return, months=offer.months, sum=total, whole=whole
        )
    if offer.months > terms.term_years * 12:
        yield RETURNS_BEYOND_TERM.filled(months=offer.months, term=terms.term_years * 12)


def business_words(kind: BusinessKind, values: Mapping[str, Value], handset: str = "") -> Text | None:
    """The details as the agreement says them; `handset` is the model's name. None for a kind without details."""
    offer = business_of(kind, values)
    if offer is None:
        return None
    if isinstance(offer, GroupService):
        return Text("{service}，每月{fee}元。", "{service}, {fee} yuan a month.").format(
            service=offer.service, fee=in_words(offer.monthly_fee)
        )
    told = {
        BusinessKind.PREPAY_DISCOUNT_HANDSET: Text(
            "终端{handset}价格{price}元，乙方补贴{subsidy}元，甲方实付{own}元；"
            "预存话费{whole}元，分{months}个月每月返还{each}元。",
            "Handset {handset} at {price} yuan, subsidised by {subsidy}, {own} to be paid; "
            "{whole} yuan prepaid, returned by {each} a month over {months} months.",
        ),
        BusinessKind.PREPAY_FREE_HANDSET: Text(
            "预存话费{whole}元，分{months}个月每月返还{each}元；赠送终端{handset}，价格{price}元由乙方补贴。",
            "{whole} yuan prepaid, returned by {each} a month over {months} months; "
            "handset {handset}, worth {price} yuan, is free.",
        ),
        BusinessKind.BUY_HANDSET_GET_CREDIT: Text(
            "甲方以{price}元购终端{handset}，乙方赠送话费{whole}元，分{months}个月每月到账{each}元。",
            "Handset {handset} is bought for {price} yuan; {whole} yuan of credit come by {each} a month "
            "over {months} months.",
        ),
    }[kind]
    return told.format(
        handset=handset or offer.model,
        price=in_words(offer.price),
        subsidy=in_words(offer.subsidy),
        own=in_words(offer.price - offer.subsidy),
        whole=in_words(offer.prepayment + offer.credit),
        each=in_words(offer.monthly_return),
        months=offer.months,
    )


@dataclass(frozen=True, slots=True)
class LineBenefit:
    """What one connected member was given under an agreement, in yuan (P2-20).

    `subsidy` is our part of the handset's price, `credit` what has been given of the promised credit so far: one
    month's part for each month run. The term runs from `since`, `months` long; `months_run` of it are over.
    `return_penalty` is what the agreement's clauses ask when the handset is given back within the term (P2-23).
    """

    member_id: int
    line_id: int
    number: str
    kind: BusinessKind
    subsidy: Decimal
    credit: Decimal
    since: date
    months: int
    months_run: int
    return_penalty: Decimal = ZERO
    claw_back: ClawBack = ClawBack.WHOLE

    @property
    def given(self) -> Decimal:
        """Everything that was given."""
        return self.subsidy + self.credit


def months_run(since: date, on: date) -> int:
    """How many whole months are over on the day `on`, of those that begin with `since`; never below zero."""
    count = max(0, (on.year - since.year) * 12 + on.month - since.month)
    return count if count == 0 or months_later(since, count) <= on else count - 1


def line_benefit(
    offer: HandsetOffer,
    *,
    kind: BusinessKind,
    member_id: int,
    line_id: int,
    number: str,
    since: date,
    on: date,
    return_penalty: Decimal = ZERO,
    claw_back: ClawBack = ClawBack.WHOLE,
) -> LineBenefit:
    """What a line that got the offer's handset on `since` has been given by the day `on`."""
    run = min(months_run(since, on), offer.months)
    return LineBenefit(
        member_id=member_id,
        line_id=line_id,
        number=number,
        kind=kind,
        subsidy=offer.subsidy,
        credit=offer.monthly_return * run if offer.credit else ZERO,
        since=since,
        months=offer.months,
        months_run=run,
        return_penalty=return_penalty if run < offer.months else ZERO,
        claw_back=claw_back,
    )


def clawed_back(benefit: LineBenefit) -> Decimal:
    """Yuan that a breach takes back of what a line was given (P2-20).

    The agreement says the subsidy and other benefits, without a reduction: the whole, however long the term has run.
    Where the template says pro rata it is the part of the months not yet run, down to the fen.
    """
    if benefit.claw_back is ClawBack.WHOLE:
        return benefit.given
    return fen_down(benefit.given * (benefit.months - benefit.months_run) / benefit.months)
