"""Cases of the items on money: payments, invoices, queries, points and balances."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tests.items import application
from tests.lines import Connected
from tests.operations.test_billing import OCTOBER, charge, draft
from tests.prepaid import LOCKED_AFTER, prepaid_lines
from tests.service_items import Cases
from tests.service_items.scene import LATER, Scene
from tests.service_items.states import (
    another_organisation,
    answers,
    asks,
    blacklist,
    both,
    ended,
    hold_money,
    owes,
    stopped,
    verified,
)
from trunkline.billing.invoicing import invoices_of_organization
from trunkline.billing.operations import issue_bills, issue_invoice, take_payment
from trunkline.billing.queries import bills_of_account, owed_by_organization, payments_of_organization
from trunkline.billing.types import BillState, CopyDelivery, InvoiceKind, InvoiceRequest
from trunkline.catalog.operations import publish_fee
from trunkline.catalog.types import TaxClass
from trunkline.counter import desk
from trunkline.counter.registry import service_items
from trunkline.counter.rewards import POLICY
from trunkline.kernel.periods import local_date
from trunkline.kernel.text import Text
from trunkline.ledger.points.operations import earn_points, forfeit_points, redeem_points_of_lines
from trunkline.ledger.points.queries import points_of_lines
from trunkline.ledger.points.types import Consumption, LineRedemption, RedemptionFacts
from trunkline.ledger.queries import customer_deposits
from trunkline.ordering.queries import order_items, orders_of_organization
from trunkline.ordering.types import VerificationKind
from trunkline.ordering.verification import record_verification
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Channel
from trunkline.subscriptions import operations as subscriptions
from trunkline.subscriptions.queries import lives
from trunkline.subscriptions.types import LifePhase, LineView, StopCause

CASES = Cases()
shows = CASES.shows
WELL = RedemptionFacts(6, stopped_for_arrears=False, blacklisted=False, open_order=False, frozen=False)


def all_owe(scene: Scene) -> None:
    drafts = [draft(scene.world, line.account_id, charge("66.00")) for line in scene.lines]
    issue_bills(month=OCTOBER, drafts=drafts, actor=scene.actor, at=OCTOBER.end)


def prepaid_in_recharge(scene: Scene) -> None:
    """Prepaid lines instead, in their recharge phase."""
    scene.lines = prepaid_lines(scene.world, scene.actor, scene.at - timedelta(days=100), 3)


def now_locked(scene: Scene) -> None:
    scene.at += timedelta(days=90)


def earned(scene: Scene) -> None:
    """Half a year later each line has 3000 points."""
    bought = [Consumption(line.line_id, OCTOBER, Decimal(3000), True, "B1") for line in scene.lines]
    earn_points(consumption=bought, actor=scene.actor, at=scene.before())
    scene.at += timedelta(days=150)


def not_proved(scene: Scene) -> None:
    """The user of the first line gives a wrong password."""
    scene.verification = record_verification(
        organization_id=scene.bank,
        branch_id=scene.world.branches["HF"],
        line_id=scene.one.line_id,
        kind=VerificationKind.SERVICE_PASSWORD,
        passed=False,
        actor=replace(scene.actor, channel=Channel.OWN_HALL),
        at=scene.at - timedelta(minutes=10),
    )


def forfeited(scene: Scene) -> None:
    forfeit_points(
        line_ids=[scene.one.line_id], source="test", source_id="1", actor=scene.actor, at=scene.before()
    )


def redeemed(scene: Scene) -> None:
    redeem_points_of_lines(
        redemptions=[LineRedemption(scene.one.line_id, 1000, WELL, "1")],
        source="test",
        policy=POLICY,
        actor=scene.actor,
        at=scene.before(),
    )


def another_order(scene: Scene) -> None:
    hall = replace(scene.actor, channel=Channel.OWN_HALL)
    request = application(scene.world, "booked_product_order", [scene.one])
    desk.place(request=request, actor=hall, at=scene.before())


def a_reward_to_come(scene: Scene) -> None:
    publish_fee(
        item_code="points_reward.2000",
        title=Text("积分2000分兑换话费", "2,000 points for credit"),
        amount=Decimal("20.00"),
        tax_class=TaxClass.BASIC_TELECOM,
        valid_from=date(2099, 1, 1),
        reference="标准 十九",
        actor=scene.actor,
        at=scene.before(),
    )
    scene.details["reward"] = "2000"


def points_of_a_new_line(scene: Scene) -> None:
    """The first line leaves with points, two months after it came."""
    bought = [Consumption(scene.one.line_id, OCTOBER, Decimal(300), True, "B1")]
    earn_points(consumption=bought, actor=scene.actor, at=scene.before())
    *scene.lines, stays = scene.lines
    scene.details["points_to"] = stays.number


def paid_bill(scene: Scene) -> None:
    owes(scene)
    take_payment(
        organization_id=scene.bank,
        account_id=scene.one.account_id,
        amount=Decimal("80.00"),
        method=PaymentMethod.CASH,
        actor=scene.actor,
        at=OCTOBER.end + timedelta(days=1),
    )
    (payment,) = payments_of_organization(scene.bank)
    scene.details.update(document=payment.receipt_number, kind="ordinary")


def invoiced(scene: Scene) -> None:
    (payment,) = payments_of_organization(scene.bank)
    asked = InvoiceRequest(InvoiceKind.ORDINARY, "合肥示范银行", "", payment_id=payment.id)
    issue_invoice(request=asked, actor=scene.actor, at=scene.before())


def its_bill_invoiced(scene: Scene) -> None:
    (bill,) = bills_of_account(scene.one.account_id)
    asked = InvoiceRequest(InvoiceKind.ORDINARY, "合肥示范银行", "", bill_id=bill.id)
    issue_invoice(request=asked, actor=scene.actor, at=scene.before())


def an_open_bill(scene: Scene) -> None:
    made = draft(scene.world, scene.one.account_id, charge("99.00"))
    issue_bills(month=OCTOBER.next(), drafts=[made], actor=scene.actor, at=OCTOBER.next().end)
    scene.details["document"] = bills_of_account(scene.one.account_id)[0].number


def unlocked_with_balance(scene: Scene) -> None:
    """Prepaid lines with 20 yuan each, locked and unlocked again; another line waits for the money."""
    target = scene.lines[0]
    start = scene.at - LOCKED_AFTER - timedelta(days=20)
    scene.lines = prepaid_lines(scene.world, scene.actor, start, 3)
    hold_money(scene, scene.lines)
    subscriptions.advance_phases(
        line_ids=[line.line_id for line in scene.lines],
        balances={line.line_id: Decimal(20) for line in scene.lines},
        actor=scene.actor,
        at=scene.before(),
    )
    subscriptions.unlock_lines(
        line_ids=[line.line_id for line in scene.lines], actor=scene.actor, at=scene.before()
    )
    scene.values.update({line.line_id: {"to_number": target.number} for line in scene.lines})


def nothing_left(scene: Scene) -> None:
    made = draft(scene.world, scene.one.account_id, charge("50.00"))
    issue_bills(month=OCTOBER, drafts=[made], actor=scene.actor, at=scene.before())


CASES.ready.update(
    {
        "payment": both(prepaid_in_recharge, asks(amount="50.00", method="cash")),
        "group_payment": both(all_owe, asks(amount="100.00", method="transfer", reference="回单1")),
        "balance_query": both(all_owe, lambda scene: hold_money(scene, scene.lines)),
        "points_query": earned,
        "points_reward": both(earned, asks(reward="1000")),
        "balance_transfer": both(verified(VerificationKind.USER_CARD), unlocked_with_balance),
        "invoice_issue": paid_bill,
        "bill_copy": both(all_owe, asks(month="2026-10", delivery=CopyDelivery.PRINT)),
    }
)


@shows("payment")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.phase for line in after} == {LifePhase.VALID}
    assert {life.ends_at for life in lives([line.id for line in after]).values()} == {
        scene.at + timedelta(days=90)
    }
    held = customer_deposits([line.account_id for line in after])
    assert set(held.values()) == {Decimal("50.00")}
    assert len(held) == 3


@shows("group_payment")
def _(scene: Scene, _: list[LineView]) -> None:
    assert owed_by_organization(scene.bank) == Decimal("98.00")
    states = [bills_of_account(line.account_id)[0].state for line in scene.lines]
    assert states == [BillState.PAID, BillState.OPEN, BillState.OPEN]


@shows("balance_query")
def _(scene: Scene, _: list[LineView]) -> None:
    (order, *_) = orders_of_organization(scene.bank)
    told = {change.name.zh: change.after for change in order_items(order.id)[0].changes}
    assert told == {
        "2026-10账单": "66.00元（未缴清）",
        "未缴合计": "46.00元",
        "其中已逾期": "46.00元",
        "账户余额": "0.00元",
    }


@shows("points_query")
def _(scene: Scene, _: list[LineView]) -> None:
    (order, *_) = orders_of_organization(scene.bank)
    told = [change.after for change in order_items(order.id)[0].changes]
    assert told == ["3000分", "3000分", "3000分", "0分", "3000分（2029-11-01起失效）"]


@shows("points_reward")
def _(scene: Scene, after: list[LineView]) -> None:
    points = points_of_lines([line.id for line in after], local_date(scene.at))
    assert {balance.total for balance in points.values()} == {2000}
    assert set(customer_deposits([line.account_id for line in after]).values()) == {Decimal("10.00")}


@shows("balance_transfer")
def _(scene: Scene, after: list[LineView]) -> None:
    assert customer_deposits([line.account_id for line in after]) == {}
    received = [payment for payment in payments_of_organization(scene.bank) if payment.purpose != "bills"]
    assert [payment.amount for payment in received] == [Decimal("20.00")] * 3


@shows("invoice_issue")
def _(scene: Scene, _: list[LineView]) -> None:
    (made,) = invoices_of_organization(scene.bank)
    assert (made.amount, made.tax, made.title) == (Decimal("80.00"), Decimal("5.45"), "合肥示范银行")
    assert [(line.rate, line.gross) for line in made.taxes] == [
        (Decimal("0"), Decimal("14.00")),
        (Decimal("0.09"), Decimal("66.00")),
    ]
    assert made.number.startswith("26340")
    assert len(made.number) == 20


@shows("bill_copy")
def _(scene: Scene, _: list[LineView]) -> None:
    (order, *_) = orders_of_organization(scene.bank)
    assert order.fee_total == Decimal("0.00")
    request = application(scene.world, "bill_copy", scene.lines, details=scene.details)
    hall = replace(scene.actor, channel=Channel.OWN_HALL)
    again = desk.place(request=request, actor=hall, at=scene.at)
    assert again.fee_total == Decimal("3.00")


CASES.refused.update(
    {
        ("payment", "reference_given"): asks(method="cheque"),
        ("payment", "amount_given"): asks(amount="0"),
        ("payment", "rechargeable"): now_locked,
        ("group_payment", "reference_given"): asks(reference=""),
        ("group_payment", "amount_given"): asks(amount="0"),
        ("group_payment", "within_owed"): asks(amount="198.01"),
        ("balance_query", "entitled"): not_proved,
        ("points_query", "entitled"): not_proved,
        ("points_reward", "entitled"): not_proved,
        ("bill_copy", "entitled"): not_proved,
        ("bill_copy", "billed"): asks(month="2026-09"),
        ("points_reward", "reward_in_force"): a_reward_to_come,
        ("points_reward", "insufficient"): forfeited,
        ("points_reward", "over_the_month"): redeemed,
        ("points_reward", "too_new"): lambda scene: setattr(scene, "at", LATER),
        ("points_reward", "stopped_for_arrears"): stopped(StopCause.CREDIT_ONEWAY),
        ("points_reward", "blacklisted"): lambda scene: blacklist(scene, scene.bank),
        ("points_reward", "open_order"): another_order,
        ("points_reward", "frozen"): stopped(StopCause.VOLUNTARY),
        ("balance_transfer", "unlocked"): lambda scene: setattr(scene, "at", scene.at + timedelta(hours=24)),
        ("balance_transfer", "target_of_the_organisation"): answers(to_number="18600000000"),
        ("balance_transfer", "something_to_move"): nothing_left,
        ("invoice_issue", "document_known"): asks(document="R1"),
        ("invoice_issue", "invoiced_once"): invoiced,
        ("invoice_issue", "not_invoiced_in_part"): its_bill_invoiced,
        ("invoice_issue", "paid"): an_open_bill,
        ("invoice_issue", "tax_id_given"): asks(kind="special"),
        ("termination", "points_target"): asks(points_to="18600000000"),
        ("termination", "points_redeemable"): points_of_a_new_line,
    }
)
CASES.refused.update(
    {
        (code, guard): prepare
        for code in CASES.accepted
        for guard, prepare in (
            ("of_the_organisation", another_organisation),
            ("in_use", ended),
            ("known_lines", lambda scene: scene.lines.append(Connected(999_999, "", 0))),
        )
        if guard in {declared.code for declared in service_items()[code].all_guards()}
    }
)
