"""Words of agreements (篇2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.kernel.transitions import Transitions

#: 一式陆份 (P2-28).
ORIGINALS = 6
ORIGINALS_PER_SIDE = 3
#: 不低于50户 (P2-01).
MINIMUM_MEMBERS = 50


class BusinessKind(StrEnum):
    """业务种类 (P2-03)."""

    STANDARD_PLAN = "standard_plan"
    BYOD = "byod"
    PREPAY_DISCOUNT_HANDSET = "prepay_discount_handset"
    PREPAY_FREE_HANDSET = "prepay_free_handset"
    BUY_HANDSET_GET_CREDIT = "buy_handset_get_credit"
    GROUP_VAS = "group_vas"


BUSINESS_KIND_NAMES = {
    BusinessKind.STANDARD_PLAN: Text("标准套餐包", "Standard plan"),
    BusinessKind.BYOD: Text("自备机入网", "Own handset"),
    BusinessKind.PREPAY_DISCOUNT_HANDSET: Text("预存话费优惠购机", "Prepay, discounted handset"),
    BusinessKind.PREPAY_FREE_HANDSET: Text("预存话费送手机", "Prepay, free handset"),
    BusinessKind.BUY_HANDSET_GET_CREDIT: Text("购手机入网送话费", "Buy a handset, get credit"),
    BusinessKind.GROUP_VAS: Text("集团增值业务", "Group value-added services"),
}


#: Business kinds that put a subsidised handset on the line (S03-G3 补贴协议).
HANDSET_KINDS = frozenset(
    {
        BusinessKind.PREPAY_DISCOUNT_HANDSET,
        BusinessKind.PREPAY_FREE_HANDSET,
        BusinessKind.BUY_HANDSET_GET_CREDIT,
    }
)


class ClawBack(StrEnum):
    """How much of a subsidy a breach takes back: all of it, or the part of the months not yet run (P2-20)."""

    WHOLE = "whole"
    PRO_RATA = "pro_rata"


class ReviewSubject(StrEnum):
    """What is reviewed: the terms before they are printed, or the renewal before the term ends (P2-27)."""

    TERMS = "terms"
    RENEWAL = "renewal"


class ReviewDecision(StrEnum):
    """Of the terms: approved or returned. Of a renewal the account manager recommends it or objects to it
    (特殊情况), and the back office approves what was said or returns it.
    """

    APPROVE = "approve"
    RETURN = "return"
    RECOMMEND = "recommend"
    OBJECT = "object"


REVIEW_DECISION_NAMES = {
    ReviewDecision.APPROVE: Text("通过", "Approved"),
    ReviewDecision.RETURN: Text("退回", "Returned"),
    ReviewDecision.RECOMMEND: Text("建议顺延", "Renewal recommended"),
    ReviewDecision.OBJECT: Text("有特殊情况，到期终止", "Special circumstances: to end at term"),
}


class AgreementState(StrEnum):
    """协议状态 (domain 8.4)."""

    DRAFT = "draft"
    REVIEW = "review"
    PRINTED = "printed"
    SIGNED_BY_CUSTOMER = "signed_a"
    SIGNED_BY_OPERATOR = "signed_b"
    EFFECTIVE = "effective"
    EXPIRING = "expiring"
    RENEWED = "renewed"
    ENDED = "ended"
    BREACHED = "breached"
    SETTLED = "settled"


class AgreementEvent(StrEnum):
    """What can happen to an agreement."""

    SUBMIT = "submit"
    RETURN = "return"
    PRINT = "print"
    CUSTOMER_SIGNS = "customer_signs"
    OPERATOR_SIGNS = "operator_signs"
    TAKE_EFFECT = "take_effect"
    NEAR_END = "near_end"
    RENEW = "renew"
    END = "end"
    BREACH = "breach"
    SETTLE = "settle"


AGREEMENT_STATE_NAMES = {
    AgreementState.DRAFT: Text("草稿", "Draft"),
    AgreementState.REVIEW: Text("审核", "In review"),
    AgreementState.PRINTED: Text("已打印", "Printed"),
    AgreementState.SIGNED_BY_CUSTOMER: Text("甲方已签署", "Signed by the customer"),
    AgreementState.SIGNED_BY_OPERATOR: Text("乙方已签署", "Signed by the operator"),
    AgreementState.EFFECTIVE: Text("生效", "Effective"),
    AgreementState.EXPIRING: Text("即将到期", "Expiring"),
    AgreementState.RENEWED: Text("已顺延", "Renewed"),
    AgreementState.ENDED: Text("已终止", "Ended"),
    AgreementState.BREACHED: Text("违约", "In breach"),
    AgreementState.SETTLED: Text("已结清", "Settled"),
}

_S = AgreementState
_E = AgreementEvent
#: Either side may sign first; the second side's signature makes it effective (P2-29).
AGREEMENT_LIFE: Transitions[AgreementState, AgreementEvent] = Transitions(
    (
        (_S.DRAFT, _E.SUBMIT, _S.REVIEW),
        (_S.REVIEW, _E.RETURN, _S.DRAFT),
        (_S.REVIEW, _E.PRINT, _S.PRINTED),
        (_S.PRINTED, _E.CUSTOMER_SIGNS, _S.SIGNED_BY_CUSTOMER),
        (_S.PRINTED, _E.OPERATOR_SIGNS, _S.SIGNED_BY_OPERATOR),
        (_S.SIGNED_BY_CUSTOMER, _E.OPERATOR_SIGNS, _S.EFFECTIVE),
        (_S.SIGNED_BY_OPERATOR, _E.CUSTOMER_SIGNS, _S.EFFECTIVE),
        (_S.EFFECTIVE, _E.NEAR_END, _S.EXPIRING),
        (_S.RENEWED, _E.NEAR_END, _S.EXPIRING),
        (_S.EXPIRING, _E.RENEW, _S.RENEWED),
        (_S.EXPIRING, _E.END, _S.ENDED),
        (_S.EFFECTIVE, _E.BREACH, _S.BREACHED),
        (_S.RENEWED, _E.BREACH, _S.BREACHED),
        (_S.EXPIRING, _E.BREACH, _S.BREACHED),
        (_S.BREACHED, _E.SETTLE, _S.SETTLED),
    )
)

#: States in which signatures on attachments and originals may be recorded.
ON_PAPER = (
    AgreementState.PRINTED,
    AgreementState.SIGNED_BY_CUSTOMER,
    AgreementState.SIGNED_BY_OPERATOR,
    AgreementState.EFFECTIVE,
    AgreementState.RENEWED,
    AgreementState.EXPIRING,
)
#: States in which a further member sheet may come.
OPEN = (AgreementState.DRAFT, AgreementState.REVIEW, *ON_PAPER)
#: An agreement is expiring from so many days before its end, to be reviewed before it is renewed (P2-27).
END_IN_SIGHT_DAYS = 60

#: States in which members may be connected under the agreement.
IN_FORCE = (AgreementState.EFFECTIVE, AgreementState.RENEWED, AgreementState.EXPIRING)


class Side(StrEnum):
    """甲方/乙方."""

    CUSTOMER = "a"
    OPERATOR = "b"


class SignerRole(StrEnum):
    """法人代表、授权代表 or, for an attachment, 经办人 (P2-29, P2-31)."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    AUTHORISED_REPRESENTATIVE = "authorised_representative"
    HANDLER = "handler"


class Restriction(StrEnum):
    """What the agreement's numbers may not do during the term (P2-13)."""

    SUSPEND = "suspend"
    TERMINATE = "terminate"
    TRANSFER = "transfer"
    #: 营销政策 that keeps the number (S03-G3); not among the restrictions of the template.
    CHANGE_NUMBER = "renumber"


#: 「甲方承诺不申请停机、销号或过户」 (P2-13).
TEMPLATE_RESTRICTIONS = (Restriction.SUSPEND, Restriction.TERMINATE, Restriction.TRANSFER)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One row of the 子用户号码表. `row` counts from 1 for the first row below the header.

    As read, the plan, the first-month mode and the terminal stand as the person wrote them; in a `CheckedRow`
    they are codes wherever they were known.
    """

    row: int
    name: str
    id_number: str
    wanted_number: str
    plan_code: str
    first_month_mode: str
    terminal_model: str
    imei: str


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row with everything that speaks against it. `cells` are the person's own, under `MemberCheck.header`."""

    member: MemberRow
    cells: tuple[str, ...]
    problems: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class MemberCheck:
    """A sheet gone through without writing anything. `problems` are those of no single row, `above` what stands
    above its header.
    """

    agreement_id: int
    sha256: str
    header: tuple[str, ...]
    rows: tuple[CheckedRow, ...]
    problems: tuple[Refusal, ...]
    above: tuple[str, ...] = ()

    @property
    def faulty(self) -> tuple[CheckedRow, ...]:
        """The rows that cannot be accepted."""
        return tuple(row for row in self.rows if row.problems)

    @property
    def accepted(self) -> bool:
        """Whether the sheet as a whole may be accepted."""
        return not self.problems and not any(row.problems for row in self.rows)


@dataclass(frozen=True, slots=True)
class PremiumTerms:
    """靓号预存 for one number: yuan, months (P2-02, P2-09, P2-10). Without `releases` the months release alike.

    What asks less of the customer than the number's grade does rests on an `approval`, its reference (REG-25).
    """

    number: str
    grade: str
    prepayment: Decimal
    months: int
    minimum_monthly: Decimal
    releases: tuple[Decimal, ...] = ()
    approval: str = ""


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """What is agreed, as drafted. `business_values` are the fields of the kind of business, by name (P2-03);
    `business_terms` is what is said beside them. Without `template_id` the standard template in force is meant;
    `clause_values` are the parameters of its clauses, by name (P2-08).
    """

    organization_id: int
    business_kind: BusinessKind
    business_terms: str
    plan_code: str
    first_month_mode: str | None
    term_years: int
    minimum_members: int = MINIMUM_MEMBERS
    data_cap_gb: int | None = 6
    terminal_model: str = ""
    unsupported_features: tuple[str, ...] = ()
    premiums: tuple[PremiumTerms, ...] = ()
    business_values: Mapping[str, Decimal | int | str] = field(default_factory=dict)
    template_id: int | None = None
    clause_values: Mapping[str, Decimal | int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PremiumSchedule:
    """When a number's deposit is released: yuan for the first month, the second … (P2-09)."""

    number: str
    agreement_id: int
    releases: tuple[Decimal, ...]
    effective_on: date


@dataclass(frozen=True, slots=True)
class SignatureView:
    """A signature with its seal; `attachment` is None on the agreement itself."""

    side: Side
    attachment: int | None
    signer_name: str
    signer_role: SignerRole
    power_of_attorney: str
    signed_on: date
    sealed_on: date


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review that was recorded. `revision` is that of the terms, or the number of the renewal to come."""

    subject: ReviewSubject
    revision: int
    decision: ReviewDecision
    note: str
    sha256: str
    reviewed_by: int
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """An attachment in force or waiting for signatures. `ordinal` is its number on paper."""

    id: int
    ordinal: int
    sheet_version: int
    sha256: str
    made_at: datetime
    members: int
    connected: int
    signed_by: frozenset[Side]


@dataclass(frozen=True, slots=True)
class OriginalView:
    """One of the six originals (P2-28)."""

    ordinal: int
    side: Side
    holder: str
    place: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of an accepted sheet. `line_id` is set once connected; no mode on a 2G plan that has none (P2-04)."""

    id: int
    row: int
    name: str
    id_number: str
    number: str
    plan_code: str
    first_month_mode: str | None
    terminal_model: str
    imei: str
    line_id: int | None


@dataclass(frozen=True, slots=True)
class BindingAgreement:
    """What ties a line at present: its agreement, the last day of the term, and what it may not do (P2-13)."""

    agreement_id: int
    number: str
    business_kind: BusinessKind
    ends_on: date | None
    restrictions: frozenset[Restriction]


@dataclass(frozen=True, slots=True)
class AgreementView:
    """An agreement for lists and headers."""

    id: int
    number: str
    organization_id: int
    branch_id: int
    state: AgreementState
    business_kind: BusinessKind
    plan_code: str
    first_month_mode: str | None
    term_years: int
    minimum_members: int
    data_cap_gb: int | None
    effective_on: date | None
    ends_on: date | None
    members: int
    connected: int
