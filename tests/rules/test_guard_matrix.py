"""The guard matrix of the standard (domain 1.3): every state of a line by every action, written out by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from trunkline.agreements.types import BindingAgreement, BusinessKind, Restriction
from trunkline.catalog.types import OfferingKind, OfferingView, PaymentMode
from trunkline.counter.facts import LineFacts, LinesFacts
from trunkline.counter.products import ProductFacts
from trunkline.counter.registry import service_item
from trunkline.counter.roaming import RoamingFacts
from trunkline.numbering.types import Arrangement, NumberKind, NumberState, NumberView
from trunkline.ordering.item import Circumstances
from trunkline.ordering.types import OrderRequest
from trunkline.party.types import (
    CustomerClass,
    IdentityStatus,
    Industry,
    NeedLevel,
    OrganizationView,
    Segment,
    ServiceGrade,
)
from trunkline.security.types import BranchView, Channel
from trunkline.subscriptions.types import (
    Life,
    LifePhase,
    LineState,
    LineView,
    NameType,
    ServiceCode,
    StopCause,
)

NOW = datetime(2026, 10, 12, 2, tzinfo=UTC)
NUMBER = "18655100001"
TEMPLATE = frozenset({Restriction.SUSPEND, Restriction.TERMINATE, Restriction.TRANSFER})

ORGANISATION = OrganizationView(
    id=1,
    branch_id=1,
    code="C1",
    name="合肥示范银行",
    uscc="",
    customer_class=CustomerClass.ENTERPRISE,
    segment=Segment.LARGE,
    industry=Industry.BANKING,
    need_level=NeedLevel.FULL_SERVICE,
    identity_status=IdentityStatus.COMPLETE,
    identity_due_on=None,
    address="",
    legal_representative="何守正",
    account_manager_id=None,
    grade=ServiceGrade.STANDARD,
    blacklisted=False,
)
LINE = LineView(
    id=7,
    branch_id=1,
    organization_id=1,
    account_id=3,
    number=NUMBER,
    state=LineState.ACTIVE,
    name_type=NameType.ORGANIZATION,
    user_name="刘思源",
    user_id_number="340102198001010018",
    offering_id=5,
    first_month_mode=None,
    iccid="8986010000000000001",
    activated_at=NOW - timedelta(days=120),
    terminated_at=None,
    stop_causes=(),
    services=(),
    phase=None,
    masks=(),
)


def plan(mode: PaymentMode) -> OfferingView:
    return OfferingView(5, "3G-66", "3G 66元套餐", "3G plan 66", OfferingKind.PLAN, mode, "3G", ())


FREE = LineFacts(
    line=LINE,
    plan=plan(PaymentMode.POSTPAID),
    overdue=Decimal(0),
    owed=Decimal(0),
    deposit=Decimal(0),
    agreement=None,
    premium=False,
    number=NumberView(1, NUMBER, NumberKind.MOBILE, "", NumberState.IN_USE, 1, None),
)


def agreement(kind: BusinessKind, *more: Restriction) -> BindingAgreement:
    return BindingAgreement(9, "HF-2026-000009", kind, date(2028, 10, 11), TEMPLATE | set(more))


def line(**changes: Any) -> LineFacts:
    return replace(FREE, line=replace(LINE, **changes))


def prepaid(phase: LifePhase) -> LineFacts:
    return replace(line(phase=phase), plan=plan(PaymentMode.PREPAID))


STATES: dict[str, LineFacts] = {
    "free": FREE,
    "arrears": replace(FREE, overdue=Decimal("88.00"), owed=Decimal("88.00")),
    "billed": replace(FREE, owed=Decimal("66.00")),
    "agreement": replace(FREE, agreement=agreement(BusinessKind.STANDARD_PLAN)),
    "handset": replace(FREE, agreement=agreement(BusinessKind.PREPAY_FREE_HANDSET)),
    "marketing": replace(FREE, agreement=agreement(BusinessKind.STANDARD_PLAN, Restriction.CHANGE_NUMBER)),
    "premium": replace(FREE, agreement=agreement(BusinessKind.STANDARD_PLAN), premium=True),
    "suspended": line(stop_causes=(StopCause.VOLUNTARY,)),
    "lost": line(stop_causes=(StopCause.LOSS,)),
    "recharge": prepaid(LifePhase.RECHARGE),
    "locked": prepaid(LifePhase.LOCKED),
    "reclaimed": prepaid(LifePhase.RECLAIMED),
    "blacklist": FREE,
    "roaming": line(services=(ServiceCode.INTERNATIONAL_ROAMING,)),
    "moved": replace(
        FREE,
        number=NumberView(
            1, NUMBER, NumberKind.MOBILE, "", NumberState.IN_USE, 1, None, Arrangement.MOVED_NEW
        ),
    ),
    "balance": replace(FREE, deposit=Decimal("20.00")),
    "terminated": line(state=LineState.TERMINATED, terminated_at=NOW),
    "individual": line(name_type=NameType.INDIVIDUAL),
    "new": line(activated_at=NOW - timedelta(days=119)),
    "nameless": line(user_id_number=""),
}

#: What keeps a number from another operator (REG-17): every condition of it has that one clause.
_NOT_PORTED = (
    *("arrears", "billed", "agreement", "handset", "marketing", "premium"),
    *("suspended", "lost", "roaming", "moved"),
)

#: Item → the clauses that speak against it in each state. What is not named is allowed.
MATRIX: dict[str, dict[str, set[str]]] = {
    "transfer_of_ownership": {
        "arrears": {"S02-G2"},
        "billed": {"S02-G2"},
        "agreement": {"S02-G1"},
        "handset": {"S02-G1"},
        "marketing": {"S02-G1"},
        "premium": {"S02-G1"},
        "suspended": {"S02"},
        "lost": {"S02"},
        "blacklist": {"S02"},
    },
    "number_change": {
        "arrears": {"S03-G1"},
        "handset": {"S03-G3"},
        "marketing": {"S03-G3"},
        "premium": {"S03-G3"},
        "suspended": {"S03"},
        "lost": {"S03"},
        "moved": {"S03-G2"},
    },
    "roaming_opening": {
        "arrears": {"S08"},
        "suspended": {"S08"},
        "lost": {"S08"},
        "roaming": {"S08"},
    },
    "roaming_closing": {state: {"S08"} for state in STATES if state != "roaming"},
    # Only fixed lines move: of a mobile one the same clause speaks, whatever its state.
    "relocation": {state: {"S04"} for state in STATES},
    "termination": {
        "arrears": {"S05-G3"},
        "billed": {"S05-G3"},
        "agreement": {"S05-G2"},
        "handset": {"S05-G2"},
        "marketing": {"S05-G2"},
        "premium": {"S05-G2"},
        "roaming": {"S05-G4"},
        "balance": {"S05-G5"},
    },
    "suspension": {
        "arrears": {"S06-G1"},
        "agreement": {"S06-G1"},
        "handset": {"S06-G1"},
        "marketing": {"S06-G1"},
        "premium": {"S06-G1"},
        "suspended": {"S06"},
        "lost": {"S06-G1"},
        "roaming": {"S06-G1"},
    },
    "resumption": {state: {"S06"} for state in STATES if state != "suspended"},
    "loss_report": {"lost": {"S07"}},
    "loss_lift": {state: {"S07"} for state in STATES if state != "lost"},
    "sim_replacement": {
        "arrears": {"S12-G1"},
        "suspended": {"S12-G2"},
        "lost": {"S12-G2"},
        "recharge": {"S12-G3"},
        "locked": {"S12-G3"},
        "reclaimed": {"S12-G3"},
    },
    "product_order": {"arrears": {"S10"}, "suspended": {"S10"}, "lost": {"S10"}},
    "product_cancellation": {"arrears": {"S11-G1"}},
    "booked_product_order": {},
    "booked_product_cancellation": {"arrears": {"S11-G1"}},
    "prepayment_refund": {state: {"S13-G2"} for state in STATES if state != "balance"}
    | {state: {"S13-G2", "S13-G3"} for state in ("agreement", "handset", "marketing", "premium")},
    "user_record_change": {},
    "fault_report": {},
    "port_out_code": {state: {"REG-17"} for state in (*_NOT_PORTED, "new", "nameless")},
    "port_out": {state: {"REG-17"} for state in (*_NOT_PORTED, "new", "nameless", "balance")},
    "account_record_change": {},
    "detail_masking": {},
    "service_password_reset": {"arrears": {"S24-G1"}, "blacklist": {"S24-G1"}},
    "service_password_change": {"arrears": {"S24-G1"}, "blacklist": {"S24-G1"}},
    "account_unlock": {state: {"S32-1"} for state, one in STATES.items() if one.line.phase is None}
    | {"recharge": {"S30"}, "reclaimed": {"S30-G1"}},
    "life_cycle_query": {state: {"S32-1"} for state, one in STATES.items() if one.line.phase is None},
}
#: In these states nothing but asking is left, whatever the item.
EVERYWHERE = {"terminated": {"X-A1"}, "individual": {"X-A2"}}


#: 针对集团客户中的个人客户 (S30-D, S32-D).
FOR_INDIVIDUALS = {"account_unlock", "life_cycle_query"}


def clauses_against(item_code: str, state: str) -> set[str]:
    item = service_item(item_code)
    organisation = replace(ORGANISATION, blacklisted=state == "blacklist")
    request = OrderRequest(item_code, 1, 1, (), {})
    around = Circumstances(
        request, organisation, None, BranchView(1, "HF", "", "", "3401"), Channel.OWN_HALL, NOW
    )
    facts = LinesFacts((STATES[state],), (), _more(item_code, state))
    return {
        refusal.clause for guard in item.line_guards for refusal in guard.check(around, facts, STATES[state])
    }


def _more(item_code: str, state: str) -> Any:
    """What items load beyond the lines, such that it speaks against nothing."""
    product = OfferingView(
        8, "VAS-1", "来电提醒", "", OfferingKind.VALUE_ADDED, PaymentMode.POSTPAID, "3G", ()
    )
    if "product_" in item_code:
        holders = frozenset({LINE.id}) if item_code.endswith("cancellation") else frozenset[int]()
        return ProductFacts(product, True, holders)
    if item_code == "user_record_change":
        return {}, Counter[str]()
    if item_code == "service_password_change":
        return {0: (LINE.id, NOW)}
    if item_code.startswith("port_out"):
        return 120
    if item_code.startswith("roaming_"):
        return RoamingFacts(ServiceCode.INTERNATIONAL_ROAMING)
    if item_code in FOR_INDIVIDUALS:
        phase = STATES[state].line.phase
        day = timedelta(days=1)
        return {LINE.id: Life(phase, NOW - day, NOW + day)} if phase is not None else {}
    return None


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("item_code", MATRIX)
def test_every_action_in_every_state_has_the_answer_of_the_text(item_code: str, state: str) -> None:
    everywhere = {} if state == "individual" and item_code in FOR_INDIVIDUALS else EVERYWHERE
    expected = MATRIX[item_code].get(state, set()) | everywhere.get(state, set())
    assert clauses_against(item_code, state) == expected
