"""Words and colours of coded values that the contexts do not name themselves."""

from __future__ import annotations

from enum import StrEnum

from trunkline.agreements.clauses.parameters import PARAMETER_KIND_NAMES, ClauseParameterKind
from trunkline.agreements.clauses.types import (
    CLAW_BACK_NAMES,
    HEADING_NAMES,
    RENEWAL_RULE_NAMES,
    Heading,
    RenewalRule,
)
from trunkline.agreements.rules.renewal import RENEWAL_STANDING_NAMES, RenewalStanding
from trunkline.agreements.types import (
    AGREEMENT_STATE_NAMES,
    BUSINESS_KIND_NAMES,
    REVIEW_DECISION_NAMES,
    AgreementState,
    BusinessKind,
    ClawBack,
    Restriction,
    ReviewDecision,
    Side,
    SignerRole,
)
from trunkline.billing.types import (
    BILL_STATE_NAMES,
    BREACH_STATE_NAMES,
    INVOICE_KIND_NAMES,
    INVOICE_STATE_NAMES,
    PAYMENT_PURPOSE_NAMES,
    PREPAYMENT_STATE_NAMES,
    ROUNDING_NAMES,
    BillState,
    BreachState,
    ChargeKind,
    InvoiceKind,
    InvoiceState,
    PaymentPurpose,
    PrepaymentState,
    Rounding,
)
from trunkline.care.types import (
    APPEAL_OUTCOME_NAMES,
    AREA_NAMES,
    DESK_NAMES,
    LIMIT_NAMES,
    MATTER_NAMES,
    PRODUCT_NAMES,
    SUPPORT_GRADE_NAMES,
    TICKET_EVENT_NAMES,
    TICKET_KIND_NAMES,
    TICKET_STATE_NAMES,
    AppealOutcome,
    Area,
    Desk,
    Limit,
    Matter,
    Product,
    SupportGrade,
    TicketEvent,
    TicketKind,
    TicketState,
)
from trunkline.catalog.types import FIRST_MONTH_NAMES, FirstMonthMode, TaxClass
from trunkline.counter.rulebook import ORIGIN_NAMES
from trunkline.installations.types import (
    BILLING_RULE_NAMES,
    HAPPENING_NAMES,
    INSTALLATION_STATE_NAMES,
    SLA_NAMES,
    TASK_NAMES,
    TASK_STATE_NAMES,
    BillingRule,
    Happening,
    InstallationState,
    SlaGrade,
    TaskKind,
    TaskState,
)
from trunkline.kernel.text import Text
from trunkline.ledger.types import GENERAL_ACCOUNT_NAMES, GeneralAccount
from trunkline.messaging.types import (
    KIND_NAMES,
    PURPOSE_NAMES,
    STATE_NAMES,
    TROUBLE_NAMES,
    MessageKind,
    MessageState,
    Purpose,
    Trouble,
)
from trunkline.numbering.requests.types import (
    REQUEST_EVENT_NAMES,
    REQUEST_STATE_NAMES,
    SPEAKER_NAMES,
    RequestEvent,
    RequestState,
    Speaker,
)
from trunkline.numbering.types import (
    NUMBER_STATE_NAMES,
    OPERATOR_NAMES,
    NumberKind,
    NumberState,
    TelecomOperator,
)
from trunkline.ordering.item import RECORD_NAMES, TAKES_EFFECT_NAMES, Origin, Record, TakesEffect
from trunkline.ordering.products import FAMILY_NAMES, Family
from trunkline.ordering.types import (
    COMPLETION_NAMES,
    ORDER_STATE_NAMES,
    PAPER_NAMES,
    VERIFICATION_NAMES,
    Completion,
    ItemAction,
    OrderState,
    PaperKind,
    VerificationKind,
)
from trunkline.party.types import (
    CONTACT_ROLE_NAMES,
    INDUSTRY_NAMES,
    PAYMENT_METHOD_NAMES,
    SERVICE_GRADE_NAMES,
    ContactRole,
    CustomerClass,
    IdentityStatus,
    Industry,
    NeedLevel,
    PaymentMethod,
    Segment,
    ServiceGrade,
)
from trunkline.rating.types import RejectReason, UnratedReason
from trunkline.runs.types import RUN_STATE_NAMES, RunState
from trunkline.security.types import CHANNEL_NAMES, Channel, Door
from trunkline.subscriptions.types import (
    DETAIL_TYPE_NAMES,
    LIFE_PHASE_NAMES,
    LINE_STATE_NAMES,
    SERVICE_NAMES,
    STOP_CAUSE_NAMES,
    DetailType,
    LifePhase,
    LineState,
    ServiceCode,
    StopCause,
)

CUSTOMER_CLASS_NAMES = {
    CustomerClass.GOVERNMENT: Text("政府", "Government"),
    CustomerClass.ENTERPRISE: Text("企业", "Enterprise"),
}
SEGMENT_NAMES = {Segment.LARGE: Text("大客户", "Large"), Segment.SME: Text("中小企业", "Small or medium")}
NEED_LEVEL_NAMES = {
    NeedLevel.VOICE: Text("话音需求", "Voice"),
    NeedLevel.NETWORK: Text("网络需求", "Network"),
    NeedLevel.FULL_SERVICE: Text("全业务需求", "Full service"),
}
IDENTITY_STATUS_NAMES = {
    IdentityStatus.PROVISIONAL: Text("身份待补全", "Identity to be completed"),
    IdentityStatus.COMPLETE: Text("身份完整", "Identity complete"),
}
SIDE_NAMES = {
    Side.CUSTOMER: Text("甲方（客户）", "Party A (customer)"),
    Side.OPERATOR: Text("乙方（联通）", "Party B (operator)"),
}
SIGNER_ROLE_NAMES = {
    SignerRole.LEGAL_REPRESENTATIVE: Text("法定代表人", "Legal representative"),
    SignerRole.AUTHORISED_REPRESENTATIVE: Text("授权代表", "Authorised representative"),
    SignerRole.HANDLER: Text("经办人", "Handler"),
}
RESTRICTION_NAMES = {
    Restriction.SUSPEND: Text("不办停机", "No suspension"),
    Restriction.TERMINATE: Text("不销号", "No termination"),
    Restriction.TRANSFER: Text("不过户", "No transfer"),
    Restriction.CHANGE_NUMBER: Text("不改号", "No number change"),
}
NUMBER_KIND_NAMES = {
    NumberKind.MOBILE: Text("移动号码", "Mobile"),
    NumberKind.FIXED: Text("固话号码", "Fixed"),
    NumberKind.SERVICE_400: Text("400号码", "400 number"),
    NumberKind.SHORT: Text("短号", "Short number"),
}
ITEM_ACTION_NAMES = {
    ItemAction.ADD: Text("新增", "Add"),
    ItemAction.MODIFY: Text("变更", "Modify"),
    ItemAction.DELETE: Text("拆除", "Delete"),
    ItemAction.NO_CHANGE: Text("不变", "No change"),
}
CHARGE_KIND_NAMES = {
    ChargeKind.RECURRING: Text("月租", "Recurring"),
    ChargeKind.USAGE: Text("使用量", "Usage"),
    ChargeKind.ONE_OFF: Text("一次性", "One-off"),
    ChargeKind.CREDIT: Text("减免", "Credit"),
    ChargeKind.COMPENSATION: Text("违约金", "Compensation"),
}
TAX_CLASS_NAMES = {
    TaxClass.BASIC_TELECOM: Text("基础电信服务", "Basic telecom"),
    TaxClass.VALUE_ADDED_TELECOM: Text("增值电信服务", "Value-added telecom"),
    TaxClass.GOODS: Text("货物", "Goods"),
}
REJECT_REASON_NAMES = {
    RejectReason.BAD_ROW: Text("整行无法读取", "The row cannot be read"),
    RejectReason.MISSING_FIELD: Text("缺少字段", "A field is missing"),
    RejectReason.BAD_RECORD_ID: Text("记录编号不合规", "Bad record id"),
    RejectReason.BAD_NUMBER: Text("计费号码不合规", "Bad charged number"),
    RejectReason.BAD_KIND: Text("业务类型不认识", "Unknown kind"),
    RejectReason.BAD_DIRECTION: Text("方向不认识", "Unknown direction"),
    RejectReason.BAD_OTHER_PARTY: Text("对方号码不合规", "Bad other party"),
    RejectReason.BAD_TIME: Text("时间不合规", "Bad time"),
    RejectReason.BAD_QUANTITY: Text("数量不合规", "Bad quantity"),
    RejectReason.BAD_ZONE: Text("区域不认识", "Unknown zone"),
    RejectReason.BAD_DURATION: Text("时长不合规", "Bad duration"),
    RejectReason.BAD_SERVICE: Text("业务代码不合规", "Bad service code"),
    RejectReason.DUPLICATE_IN_FILE: Text("文件内重复", "Duplicate within the file"),
    RejectReason.DUPLICATE_OF_EARLIER: Text("与已收话单重复", "Duplicate of an earlier record"),
}
UNRATED_REASON_NAMES = {
    UnratedReason.OTHER_MONTH: Text("不属于本账期", "Of another month"),
    UnratedReason.NO_LINE: Text("当时没有这个用户", "No line at that time"),
    UnratedReason.NO_PRICE: Text("没有适用资费", "No price applies"),
}
DOOR_NAMES = {
    Door.WEB: Text("页面", "Web"),
    Door.API: Text("接口", "API"),
    Door.CLI: Text("命令行", "Command line"),
    Door.JOB: Text("后台任务", "Job"),
}

_NAMES: dict[type[StrEnum], dict[str, Text]] = {
    kind: {str(code): text for code, text in names.items()}
    for kind, names in (
        (AgreementState, AGREEMENT_STATE_NAMES),
        (AppealOutcome, APPEAL_OUTCOME_NAMES),
        (Area, AREA_NAMES),
        (BillState, BILL_STATE_NAMES),
        (BreachState, BREACH_STATE_NAMES),
        (InvoiceKind, INVOICE_KIND_NAMES),
        (InvoiceState, INVOICE_STATE_NAMES),
        (BusinessKind, BUSINESS_KIND_NAMES),
        (ClawBack, CLAW_BACK_NAMES),
        (Heading, HEADING_NAMES),
        (ClauseParameterKind, PARAMETER_KIND_NAMES),
        (RenewalRule, RENEWAL_RULE_NAMES),
        (RenewalStanding, RENEWAL_STANDING_NAMES),
        (ReviewDecision, REVIEW_DECISION_NAMES),
        (Channel, CHANNEL_NAMES),
        (Completion, COMPLETION_NAMES),
        (Desk, DESK_NAMES),
        (DetailType, DETAIL_TYPE_NAMES),
        (ChargeKind, CHARGE_KIND_NAMES),
        (ContactRole, CONTACT_ROLE_NAMES),
        (CustomerClass, CUSTOMER_CLASS_NAMES),
        (Door, DOOR_NAMES),
        (FirstMonthMode, FIRST_MONTH_NAMES),
        (GeneralAccount, GENERAL_ACCOUNT_NAMES),
        (IdentityStatus, IDENTITY_STATUS_NAMES),
        (Industry, INDUSTRY_NAMES),
        (BillingRule, BILLING_RULE_NAMES),
        (Family, FAMILY_NAMES),
        (Happening, HAPPENING_NAMES),
        (InstallationState, INSTALLATION_STATE_NAMES),
        (SlaGrade, SLA_NAMES),
        (TaskKind, TASK_NAMES),
        (TaskState, TASK_STATE_NAMES),
        (ItemAction, ITEM_ACTION_NAMES),
        (LifePhase, LIFE_PHASE_NAMES),
        (Limit, LIMIT_NAMES),
        (LineState, LINE_STATE_NAMES),
        (Matter, MATTER_NAMES),
        (MessageKind, KIND_NAMES),
        (MessageState, STATE_NAMES),
        (NeedLevel, NEED_LEVEL_NAMES),
        (NumberKind, NUMBER_KIND_NAMES),
        (NumberState, NUMBER_STATE_NAMES),
        (TelecomOperator, OPERATOR_NAMES),
        (RequestEvent, REQUEST_EVENT_NAMES),
        (RequestState, REQUEST_STATE_NAMES),
        (Speaker, SPEAKER_NAMES),
        (OrderState, ORDER_STATE_NAMES),
        (Origin, ORIGIN_NAMES),
        (PaperKind, PAPER_NAMES),
        (PaymentMethod, PAYMENT_METHOD_NAMES),
        (Product, PRODUCT_NAMES),
        (PrepaymentState, PREPAYMENT_STATE_NAMES),
        (Purpose, PURPOSE_NAMES),
        (PaymentPurpose, PAYMENT_PURPOSE_NAMES),
        (RejectReason, REJECT_REASON_NAMES),
        (Restriction, RESTRICTION_NAMES),
        (Rounding, ROUNDING_NAMES),
        (RunState, RUN_STATE_NAMES),
        (Record, RECORD_NAMES),
        (Segment, SEGMENT_NAMES),
        (ServiceCode, SERVICE_NAMES),
        (ServiceGrade, SERVICE_GRADE_NAMES),
        (Side, SIDE_NAMES),
        (SignerRole, SIGNER_ROLE_NAMES),
        (StopCause, STOP_CAUSE_NAMES),
        (SupportGrade, SUPPORT_GRADE_NAMES),
        (TakesEffect, TAKES_EFFECT_NAMES),
        (TaxClass, TAX_CLASS_NAMES),
        (TicketEvent, TICKET_EVENT_NAMES),
        (TicketKind, TICKET_KIND_NAMES),
        (TicketState, TICKET_STATE_NAMES),
        (Trouble, TROUBLE_NAMES),
        (VerificationKind, VERIFICATION_NAMES),
        (UnratedReason, UNRATED_REASON_NAMES),
    )
}

#: The tone of a state: good, busy (on its way), wait (somebody must act), bad, idle (over or at rest).
_TONE_LIST: tuple[tuple[StrEnum, str], ...] = (
    (AgreementState.DRAFT, "idle"),
    (AgreementState.REVIEW, "wait"),
    (AgreementState.PRINTED, "busy"),
    (AgreementState.SIGNED_BY_CUSTOMER, "busy"),
    (AgreementState.SIGNED_BY_OPERATOR, "busy"),
    (AgreementState.EFFECTIVE, "good"),
    (AgreementState.EXPIRING, "wait"),
    (AgreementState.RENEWED, "good"),
    (AgreementState.BREACHED, "bad"),
    (ReviewDecision.APPROVE, "good"),
    (ReviewDecision.RETURN, "bad"),
    (ReviewDecision.RECOMMEND, "busy"),
    (ReviewDecision.OBJECT, "bad"),
    (RenewalStanding.NOT_REVIEWED, "wait"),
    (RenewalStanding.RECOMMENDED, "busy"),
    (RenewalStanding.OBJECTED, "busy"),
    (RenewalStanding.TO_RENEW, "good"),
    (RenewalStanding.TO_END, "bad"),
    (BillState.OPEN, "wait"),
    (BillState.PAID, "good"),
    (BreachState.PROPOSED, "wait"),
    (BreachState.APPROVED, "bad"),
    (BreachState.SETTLED, "good"),
    (BreachState.WITHDRAWN, "idle"),
    (InvoiceState.ISSUED, "good"),
    (InvoiceState.RED, "idle"),
    (InvoiceState.RED_LETTER, "bad"),
    (IdentityStatus.PROVISIONAL, "wait"),
    (IdentityStatus.COMPLETE, "good"),
    *((state, "busy") for state in InstallationState),
    (InstallationState.ORDERED, "wait"),
    (InstallationState.IN_SERVICE, "good"),
    (InstallationState.REMOVED, "idle"),
    (InstallationState.CANCELLED, "idle"),
    (TaskState.OPEN, "busy"),
    (TaskState.DONE, "good"),
    (TaskState.FAILED, "bad"),
    (LineState.PRE_ACTIVE, "busy"),
    (LineState.ACTIVE, "good"),
    (LineState.PRE_TERMINATED, "wait"),
    (MessageState.WAITING, "wait"),
    (MessageState.SENDING, "busy"),
    (MessageState.SENT, "good"),
    (MessageState.FAILED, "bad"),
    (NumberState.IDLE, "good"),
    (NumberState.RESERVED, "busy"),
    (NumberState.FROZEN, "wait"),
    (NumberState.BLOCKED, "bad"),
    (RequestState.REPORTED, "wait"),
    (RequestState.ISSUE, "bad"),
    (RequestState.RESERVED, "busy"),
    (RequestState.ORDERED, "busy"),
    (RequestState.IN_USE, "good"),
    (OrderState.ACKNOWLEDGED, "busy"),
    (OrderState.REJECTED, "bad"),
    (OrderState.PENDING, "wait"),
    (OrderState.HELD, "wait"),
    (OrderState.IN_PROGRESS, "busy"),
    (OrderState.COMPLETED, "good"),
    (OrderState.FAILED, "bad"),
    (OrderState.PARTIAL, "wait"),
    (PrepaymentState.CONVERTED, "busy"),
    (PrepaymentState.REFUND_DUE, "wait"),
    (PrepaymentState.REFUNDED, "good"),
    (RunState.OPEN, "busy"),
    (RunState.CLOSED, "good"),
    (TicketState.ACKNOWLEDGED, "wait"),
    (TicketState.IN_PROGRESS, "busy"),
    (TicketState.PENDING, "wait"),
    (TicketState.RESOLVED, "good"),
    (TicketState.APPEALED, "bad"),
    *((cause, "bad") for cause in StopCause),
)
#: By type too: members of different enumerations that have the same value are equal.
_TONES = {(type(code), str(code)): tone for code, tone in _TONE_LIST}


def text_of(code: StrEnum) -> Text:
    """The words of a coded value; the bare code where none are declared."""
    return _NAMES.get(type(code), {}).get(str(code), Text(str(code), str(code)))


def text_in(kind: type[StrEnum], code: str) -> Text:
    """The words of a value that is kept as plain text."""
    return _NAMES.get(kind, {}).get(code, Text(code, code))


def tone_of(code: StrEnum) -> str:
    """The tone of a state; ``idle`` where none is declared."""
    return _TONES.get((type(code), str(code)), "idle")


def choices_of(kind: type[StrEnum], language: str) -> list[tuple[str, str]]:
    """Every value of `kind` with its words, for a select box."""
    return [(str(code), text_of(code).in_language(language)) for code in kind]
