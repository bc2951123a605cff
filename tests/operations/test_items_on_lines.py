"""Service items on lines there are: accepted as the text says, refused for every guard with nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.codes import resident_id
from tests.items import application
from tests.lines import Connected, accounts, connect
from tests.operations.test_billing import OCTOBER, charge, draft
from tests.prepaid import LOCKED_AFTER, prepaid_lines
from tests.signing import FIVE_PAPERS, installation, member_rows, premium, signed_agreement
from tests.support import check_deferred, snapshot
from tests.world import World, number_of
from trunkline.billing.operations import issue_bills, take_payment
from trunkline.catalog import operations as catalog
from trunkline.catalog.queries import offering_by_code
from trunkline.catalog.types import OfferingKind, PaymentMode, TaxClass
from trunkline.counter import desk
from trunkline.counter.registry import service_items
from trunkline.kernel.periods import SHANGHAI, Month
from trunkline.kernel.refusals import Refused
from trunkline.ledger.queries import customer_deposits
from trunkline.numbering import operations as numbering
from trunkline.numbering.queries import numbers
from trunkline.numbering.types import NumberKind, NumberState
from trunkline.ordering.queries import line_counts, order_items, orders_of_organization
from trunkline.ordering.types import Completion, OrderRequest, OrderState, VerificationKind
from trunkline.ordering.verification import record_verification
from trunkline.party.operations import blacklist_organization
from trunkline.party.queries import accounts_by_id, organization
from trunkline.party.types import PaymentMethod
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions import operations as subscriptions
from trunkline.subscriptions.queries import (
    holders_of_offering,
    lines,
    lives,
    messages_due,
    plan_periods,
    sims_in_stock,
)
from trunkline.subscriptions.types import (
    DetailType,
    LifePhase,
    LineState,
    LineView,
    ServiceCode,
    StopCause,
)

#: A day after the bills of October fell due.
LATER = datetime.fromisoformat("2026-12-12T10:00:00+08:00")


@dataclass
class Scene:
    """What a case may change before the application: three plain lines of the first Hefei organisation."""

    world: World
    actor: Actor
    at: datetime
    lines: list[Connected]
    details: dict[str, Any] = field(default_factory=dict)
    values: dict[int, dict[str, str]] = field(default_factory=dict)
    verification: int | None = None
    steps: int = 0

    def before(self) -> datetime:
        """A moment before the application, each later than the last."""
        self.steps += 1
        return self.at - timedelta(hours=1) + timedelta(minutes=self.steps)

    @property
    def one(self) -> Connected:
        return self.lines[0]

    @property
    def bank(self) -> int:
        return self.world.organizations["HF"][0]


@pytest.fixture
def clerk(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


@pytest.fixture
def scene(world: World, actor: Actor, at: datetime) -> Scene:
    product(actor, at)
    return Scene(world, actor, LATER, connect(world, actor, at, 3))


def product(actor: Actor, at: datetime) -> None:
    offering = catalog.define_offering(
        code="VAS-CALL",
        name="来电提醒",
        name_en="Missed-call notice",
        kind=OfferingKind.VALUE_ADDED,
        payment_mode=PaymentMode.POSTPAID,
        technology="3G",
        actor=actor,
        at=at,
    )
    catalog.publish_price_version(
        offering_id=offering,
        valid_from=date(2026, 1, 1),
        reference="皖通信管〔2026〕2号",
        monthly_fee=Decimal("3.00"),
        tax_class=TaxClass.VALUE_ADDED_TELECOM,
        allowances=(),
        usage_prices=(),
        actor=actor,
        at=at,
    )
    catalog.define_offering(
        code="VAS-BARE",
        name="未定价产品",
        name_en="Product without a price",
        kind=OfferingKind.VALUE_ADDED,
        payment_mode=PaymentMode.POSTPAID,
        technology="3G",
        actor=actor,
        at=at,
    )


def view(line: Connected) -> LineView:
    return lines([line.line_id])[line.line_id]


# What speaks against it.


def owes(scene: Scene) -> None:
    made = draft(scene.world, scene.one.account_id, charge("66.00"))
    issue_bills(month=OCTOBER, drafts=[made], actor=scene.actor, at=OCTOBER.end)


def hold_money(scene: Scene, owners: Sequence[Connected]) -> None:
    for line in owners:
        take_payment(
            organization_id=scene.bank,
            account_id=line.account_id,
            bill_ids=(),
            amount=Decimal("20.00"),
            method=PaymentMethod.CASH,
            reference="",
            actor=scene.actor,
            at=scene.before(),
        )


def holds_money(scene: Scene) -> None:
    hold_money(scene, scene.lines[:1])


def stopped(cause: StopCause) -> Callable[[Scene], None]:
    def prepare(scene: Scene) -> None:
        subscriptions.stop_lines(
            line_ids=[scene.one.line_id], cause=cause, actor=scene.actor, at=scene.before()
        )

    return prepare


def roams(scene: Scene) -> None:
    subscriptions.open_services(
        line_ids=[scene.one.line_id],
        service=ServiceCode.INTERNATIONAL_ROAMING,
        actor=scene.actor,
        at=scene.before(),
    )


def ended(scene: Scene) -> None:
    subscriptions.terminate_lines(line_ids=[scene.one.line_id], actor=scene.actor, at=scene.before())


def in_agreement(scene: Scene, *premiums: str) -> None:
    """The first line is one that was connected under an agreement, with a premium number if one is named."""
    rows = member_rows(1, start=900)
    if premiums:
        rows[0][2] = premiums[0]
    agreement = signed_agreement(
        scene.bank,
        rows,
        premiums=tuple(premium(number) for number in premiums),
        actor=scene.actor,
        at=scene.before(),
    )
    request = installation(scene.world, agreement, scene.bank, papers=FIVE_PAPERS)
    hall = replace(scene.actor, channel=Channel.OWN_HALL)
    placed = desk.place(request=request, actor=hall, at=scene.before())
    desk.execute(order_id=placed.id, actor=scene.actor, at=scene.before())
    (item,) = order_items(placed.id)
    assert item.line_id is not None
    made = lines([item.line_id])[item.line_id]
    scene.lines[0] = Connected(made.id, made.number, made.account_id)


def premium_number(scene: Scene) -> None:
    numbering.stock_numbers(
        numbers=["18655118888"],
        kind=NumberKind.MOBILE,
        stock_id=scene.world.branches["HF"],
        actor=scene.actor,
        at=scene.before(),
    )
    in_agreement(scene, "18655118888")


def another_organisation(scene: Scene) -> None:
    accounts = {scene.one.line_id: scene.one.account_id}
    subscriptions.transfer_lines(
        accounts=accounts,
        organization_id=scene.world.organizations["HF"][1],
        users={},
        actor=scene.actor,
        at=scene.before(),
    )


def blacklist(scene: Scene, organization_id: int) -> None:
    blacklist_organization(
        organization_id=organization_id, reason="恶意欠费", actor=scene.actor, at=scene.before()
    )


def new_owner_owes(scene: Scene) -> None:
    owner = scene.world.organizations["HF"][1]
    (account,) = accounts(scene.world, scene.actor, scene.before(), 1, organization=owner)
    made = replace(draft(scene.world, account, charge("66.00")), organization_id=owner)
    issue_bills(month=OCTOBER, drafts=[made], actor=scene.actor, at=OCTOBER.end)


def one_person_for_all(scene: Scene, lines_wanted: int) -> None:
    scene.lines += connect(scene.world, scene.actor, scene.before(), lines_wanted - len(scene.lines))
    person = resident_id("340102", "19850505", 8)
    scene.values.update(
        {line.line_id: {"user_name": "程一诺", "user_id_number": person} for line in scene.lines}
    )


def use_up_the_cards(scene: Scene) -> None:
    """Each replacement takes a card and retires another, so that two are left."""
    left = sims_in_stock(scene.world.branches["HF"]) - 2
    while left:
        taken = min(left, len(scene.lines))
        subscriptions.replace_sims(
            line_ids=[line.line_id for line in scene.lines[:taken]],
            stock_id=scene.world.branches["HF"],
            actor=scene.actor,
            at=scene.before(),
        )
        left -= taken


def asks(**details: Any) -> Callable[[Scene], None]:
    return lambda scene: scene.details.update(details)


def answers(**values: str) -> Callable[[Scene], None]:
    return lambda scene: scene.values.setdefault(scene.one.line_id, {}).update(values)


def both(*steps: Callable[[Scene], None]) -> Callable[[Scene], None]:
    def prepare(scene: Scene) -> None:
        for step in steps:
            step(scene)

    return prepare


def has_product(scene: Scene) -> None:
    found = offering_by_code("VAS-CALL")
    assert found is not None
    subscriptions.open_offerings(
        line_ids=[line.line_id for line in scene.lines],
        offering_id=found.id,
        actor=scene.actor,
        at=scene.before(),
    )


def verified(kind: VerificationKind) -> Callable[[Scene], None]:
    """The customer proves in the hall, ten minutes before, who he is."""

    def prepare(scene: Scene) -> None:
        scene.verification = record_verification(
            organization_id=scene.bank,
            branch_id=scene.world.branches["HF"],
            line_id=None,
            kind=kind,
            passed=True,
            actor=replace(scene.actor, channel=Channel.OWN_HALL),
            at=scene.at - timedelta(minutes=10),
        )

    return prepare


def new_passwords_handed_in(scene: Scene) -> None:
    for line in scene.lines:
        deposit = subscriptions.deposit_password(
            line_id=line.line_id,
            password="394817",
            actor=scene.actor,
            at=scene.at - timedelta(minutes=5),
        )
        scene.values[line.line_id] = {"new_password": str(deposit)}


def one_postpaid_more(scene: Scene) -> None:
    scene.lines += connect(scene.world, scene.actor, scene.before(), 1)


def unlock_before(scene: Scene) -> None:
    subscriptions.unlock_lines(line_ids=[scene.one.line_id], actor=scene.actor, at=scene.before())


def locked_lines(scene: Scene) -> None:
    """Prepaid lines instead, in the twentieth day of their lock phase."""
    scene.lines = prepaid_lines(scene.world, scene.actor, scene.at - LOCKED_AFTER - timedelta(days=20), 3)
    subscriptions.advance_phases(
        line_ids=[line.line_id for line in scene.lines], balances={}, actor=scene.actor, at=scene.before()
    )


#: What must be so before each item can be accepted for the three lines at all.
READY: Mapping[str, Callable[[Scene], None]] = {
    "resumption": lambda scene: subscriptions.stop_lines(
        line_ids=[line.line_id for line in scene.lines],
        cause=StopCause.VOLUNTARY,
        actor=scene.actor,
        at=scene.before(),
    ),
    "loss_lift": lambda scene: subscriptions.stop_lines(
        line_ids=[line.line_id for line in scene.lines],
        cause=StopCause.LOSS,
        actor=scene.actor,
        at=scene.before(),
    ),
    "number_change": lambda scene: scene.values.update(
        {line.line_id: {"new_number": number_of("HF", 300 + n)} for n, line in enumerate(scene.lines)}
    ),
    "transfer_of_ownership": lambda scene: scene.details.update(
        new_owner=organization(scene.world.organizations["HF"][1]).code
    ),
    "product_cancellation": has_product,
    "booked_product_cancellation": has_product,
    "prepayment_refund": lambda scene: hold_money(scene, scene.lines),
    "user_record_change": lambda scene: one_person_for_all(scene, 3),
    "service_password_reset": verified(VerificationKind.THREE_CHECKS),
    "service_password_change": both(verified(VerificationKind.SERVICE_PASSWORD), new_passwords_handed_in),
    "account_unlock": both(verified(VerificationKind.USER_CARD), locked_lines),
    "life_cycle_query": both(verified(VerificationKind.SERVICE_PASSWORD), locked_lines),
}


def apply_for(scene: Scene, item_code: str, **more: Any) -> OrderRequest:
    return application(
        scene.world,
        item_code,
        scene.lines,
        details=scene.details,
        values=scene.values,
        **{"verification": scene.verification} | more,
    )


# Accepted.


def accepted(scene: Scene, item_code: str, clerk: Actor) -> list[LineView]:
    READY.get(item_code, lambda _: None)(scene)
    placed = desk.place(request=apply_for(scene, item_code), actor=clerk, at=scene.at)
    if placed.condition is not None:
        assert placed.state is OrderState.PENDING
        desk.release(order_id=placed.id, actor=scene.actor, at=scene.at)
        placed = desk.execute(order_id=placed.id, actor=scene.actor, at=scene.at)
    assert placed.state is OrderState.COMPLETED
    check_deferred()
    return [view(line) for line in scene.lines]


ACCEPTED: dict[str, Callable[[Scene, list[LineView]], None]] = {}


def shows(item_code: str) -> Callable[[Callable[[Scene, list[LineView]], None]], None]:
    def keep(function: Callable[[Scene, list[LineView]], None]) -> None:
        ACCEPTED[item_code] = function

    return keep


@shows("suspension")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.stop_causes for line in after} == {(StopCause.VOLUNTARY,)}


@shows("resumption")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.stop_causes for line in after} == {()}


@shows("loss_report")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.stop_causes for line in after} == {(StopCause.LOSS,)}


@shows("loss_lift")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.stop_causes for line in after} == {()}


@shows("sim_replacement")
def _(scene: Scene, after: list[LineView]) -> None:
    assert len({line.iccid for line in after}) == 3
    assert all(line.iccid for line in after)


@shows("number_change")
def _(scene: Scene, after: list[LineView]) -> None:
    assert [line.number for line in after] == [number_of("HF", 300 + n) for n in range(3)]
    inventory = numbers([line.number for line in scene.lines] + [line.number for line in after])
    assert {inventory[line.number].state for line in scene.lines} == {NumberState.FROZEN}
    assert {inventory[line.number].frozen_until for line in scene.lines} == {scene.at + timedelta(days=90)}
    assert {inventory[line.number].state for line in after} == {NumberState.IN_USE}


@shows("termination")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.state for line in after} == {LineState.TERMINATED}
    assert {v.state for v in numbers([line.number for line in scene.lines]).values()} == {NumberState.FROZEN}


@shows("transfer_of_ownership")
def _(scene: Scene, after: list[LineView]) -> None:
    new_owner = scene.world.organizations["HF"][1]
    assert {line.organization_id for line in after} == {new_owner}
    assert {line.account_id for line in after}.isdisjoint(line.account_id for line in scene.lines)
    stretches = [p for p in plan_periods(Month.of(scene.at)) if p.line_id == scene.one.line_id]
    assert [(p.organization_id, p.active_to) for p in stretches] == [
        (scene.bank, scene.at),
        (new_owner, None),
    ]


@shows("prepayment_refund")
def _(scene: Scene, after: list[LineView]) -> None:
    assert customer_deposits([line.account_id for line in after]) == {}


@shows("user_record_change")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {(line.user_name, line.user_id_number) for line in after} == {
        ("程一诺", resident_id("340102", "19850505", 8))
    }


@shows("account_record_change")
def _(scene: Scene, after: list[LineView]) -> None:
    found = accounts_by_id([line.account_id for line in after]).values()
    assert {account.title for account in found} == {"合肥示范银行信息中心"}


@shows("customer_record_change")
def _(scene: Scene, after: list[LineView]) -> None:
    assert organization(scene.bank).address == "安徽省合肥市长江路200号"


@shows("detail_masking")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.masks for line in after} == {(DetailType.VOICE,)}


@shows("product_order")
def _(scene: Scene, after: list[LineView]) -> None:
    found = offering_by_code("VAS-CALL")
    assert found is not None
    assert holders_of_offering(found.id, [line.id for line in after]) == {line.id for line in after}


@shows("booked_product_order")
def _(scene: Scene, after: list[LineView]) -> None:
    ACCEPTED["product_order"](scene, after)


@shows("booked_product_cancellation")
def _(scene: Scene, after: list[LineView]) -> None:
    ACCEPTED["product_cancellation"](scene, after)


@shows("product_cancellation")
def _(scene: Scene, after: list[LineView]) -> None:
    found = offering_by_code("VAS-CALL")
    assert found is not None
    assert holders_of_offering(found.id, [line.id for line in after]) == frozenset()


@shows("service_password_reset")
def _(scene: Scene, after: list[LineView]) -> None:
    waiting = messages_due(scene.at)
    assert [(message.line_id, message.secret, message.body) for message in waiting] == [
        (line.id, True, "") for line in after
    ]


@shows("service_password_change")
def _(scene: Scene, after: list[LineView]) -> None:
    tries = [
        subscriptions.check_password(line_id=line.id, password="394817", actor=scene.actor, at=scene.at)
        for line in after
    ]
    assert tries == [True, True, True]


@shows("account_unlock")
def _(scene: Scene, after: list[LineView]) -> None:
    found = lives([line.id for line in after])
    assert {life.unlocked_until for life in found.values()} == {scene.at + timedelta(hours=24)}


@shows("life_cycle_query")
def _(scene: Scene, after: list[LineView]) -> None:
    assert {line.phase for line in after} == {LifePhase.LOCKED}
    (order, *_) = orders_of_organization(scene.bank)
    ends = f"{(scene.at + timedelta(days=10)).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    assert [item.changes[0].after for item in order_items(order.id)] == [f"锁定期（至{ends}）"] * 3


@pytest.mark.parametrize("item_code", ACCEPTED)
def test_an_application_with_all_papers_is_carried_out_at_once(
    scene: Scene, clerk: Actor, item_code: str
) -> None:
    ACCEPTED[item_code](scene, accepted(scene, item_code, clerk))


# Refused.

#: (item, guard) → what brings the guard up. The refusal must carry the guard's clause.
REFUSED: Mapping[tuple[str, str], Callable[[Scene], None]] = {
    ("transfer_of_ownership", "agreement_allows_transfer"): in_agreement,
    ("transfer_of_ownership", "no_premium_rule"): premium_number,
    ("transfer_of_ownership", "settled"): owes,
    ("transfer_of_ownership", "not_blacklisted"): lambda scene: blacklist(scene, scene.bank),
    ("transfer_of_ownership", "new_owner_not_blacklisted"): lambda scene: blacklist(
        scene, scene.world.organizations["HF"][1]
    ),
    ("transfer_of_ownership", "new_owner_pays"): new_owner_owes,
    ("transfer_of_ownership", "not_suspended"): stopped(StopCause.VOLUNTARY),
    ("transfer_of_ownership", "not_lost"): stopped(StopCause.LOSS),
    ("transfer_of_ownership", "new_owner_known"): asks(new_owner="C-0"),
    ("transfer_of_ownership", "real_name"): answers(user_id_number="340102198001010019"),
    ("prepayment_refund", "no_agreement_in_term"): in_agreement,
    ("prepayment_refund", "something_to_refund"): owes,
    ("user_record_change", "real_name"): answers(user_id_number="340102198001010019"),
    ("user_record_change", "five_lines_a_person"): lambda scene: one_person_for_all(scene, 6),
    ("account_record_change", "something_changes"): lambda scene: scene.details.update(title=""),
    ("account_record_change", "bank_data_complete"): asks(payment_method="bank_collection"),
    ("customer_record_change", "something_changes"): lambda scene: scene.details.update(address=""),
    ("number_change", "no_arrears"): owes,
    ("number_change", "no_premium_rule"): premium_number,
    ("number_change", "not_suspended"): stopped(StopCause.VOLUNTARY),
    ("number_change", "not_lost"): stopped(StopCause.LOSS),
    ("number_change", "new_number_free"): answers(new_number=number_of("HF", 1)),
    ("termination", "retention_failed"): asks(retention="kept"),
    ("termination", "no_agreement_in_term"): in_agreement,
    ("termination", "settled"): owes,
    ("termination", "roaming_closed"): roams,
    ("termination", "refund_arranged"): holds_money,
    ("suspension", "not_stopped_voluntary"): stopped(StopCause.VOLUNTARY),
    ("suspension", "agreement_allows_suspend"): in_agreement,
    ("suspension", "no_premium_rule"): premium_number,
    ("suspension", "no_arrears"): owes,
    ("suspension", "not_lost"): stopped(StopCause.LOSS),
    ("suspension", "roaming_closed"): roams,
    ("resumption", "is_stopped_voluntary"): lambda scene: subscriptions.lift_stops(
        line_ids=[scene.one.line_id], cause=StopCause.VOLUNTARY, actor=scene.actor, at=scene.before()
    ),
    ("loss_report", "not_stopped_loss"): stopped(StopCause.LOSS),
    ("loss_lift", "is_stopped_loss"): lambda scene: subscriptions.lift_stops(
        line_ids=[scene.one.line_id], cause=StopCause.LOSS, actor=scene.actor, at=scene.before()
    ),
    ("sim_replacement", "no_arrears"): owes,
    ("sim_replacement", "cards_in_stock"): use_up_the_cards,
    ("sim_replacement", "postpaid_not_stopped"): stopped(StopCause.LOSS),
    ("sim_replacement", "damaged_card_returned"): asks(reason="damaged"),
    ("product_order", "no_arrears"): owes,
    ("product_order", "not_suspended"): stopped(StopCause.VOLUNTARY),
    ("product_order", "not_lost"): stopped(StopCause.LOSS),
    ("product_order", "product_priced"): asks(product="VAS-BARE"),
    ("product_order", "not_ordered_yet"): has_product,
    ("product_cancellation", "no_arrears"): owes,
    ("product_cancellation", "ordered"): asks(product="VAS-BARE"),
    ("booked_product_order", "product_priced"): asks(product="VAS-BARE"),
    ("booked_product_order", "not_ordered_yet"): has_product,
    ("booked_product_order", "booked_for_a_day_ahead"): asks(trigger="date", on="2026-12-12"),
    ("booked_product_order", "agreement_can_end"): asks(trigger="agreement_end"),
    ("booked_product_cancellation", "no_arrears"): owes,
    ("booked_product_cancellation", "ordered"): asks(product="VAS-BARE"),
    ("booked_product_cancellation", "booked_for_a_day_ahead"): asks(trigger="date"),
    ("booked_product_cancellation", "agreement_can_end"): asks(trigger="agreement_end"),
    ("service_password_reset", "no_arrears"): owes,
    ("service_password_reset", "not_blacklisted"): lambda scene: blacklist(scene, scene.bank),
    ("service_password_change", "no_arrears"): owes,
    ("service_password_change", "not_blacklisted"): lambda scene: blacklist(scene, scene.bank),
    ("service_password_change", "new_password_handed_in"): answers(new_password="0"),
    ("account_unlock", "prepaid"): one_postpaid_more,
    ("account_unlock", "not_locked"): unlock_before,
    ("account_unlock", "past_lock"): lambda scene: setattr(scene, "at", scene.at + timedelta(days=11)),
    ("life_cycle_query", "prepaid"): one_postpaid_more,
} | {
    (code, guard): prepare
    for code, item in service_items().items()
    if code not in {"new_installation", "customer_record_change"}
    for guard, prepare in (
        ("of_the_organisation", another_organisation),
        ("in_use", ended),
        ("known_lines", lambda scene: scene.lines.append(Connected(999_999, "", 0))),
    )
}


@pytest.mark.parametrize(("item_code", "guard_code"), REFUSED)
def test_every_guard_refuses_with_its_clause_and_changes_nothing(
    scene: Scene, clerk: Actor, item_code: str, guard_code: str
) -> None:
    READY.get(item_code, lambda _: None)(scene)
    REFUSED[item_code, guard_code](scene)
    item = service_items()[item_code]
    guard = next(guard for guard in item.all_guards() if guard.code == guard_code)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=apply_for(scene, item_code), actor=clerk, at=scene.at)
    assert snapshot() == before
    assert guard.clause in {refusal.clause for refusal in refused.value.refusals}


def test_what_passes_goes_on_and_the_rest_is_handed_back_with_reasons(scene: Scene, clerk: Actor) -> None:
    owes(scene)
    request = apply_for(scene, "suspension", completion=Completion.WHAT_PASSES)
    placed = desk.place(request=request, actor=clerk, at=scene.at)
    assert placed.state is OrderState.PARTIAL
    assert line_counts(placed.id) == {OrderState.COMPLETED: 2, OrderState.REJECTED: 1}
    first, *others = order_items(placed.id)
    assert [(reason.code, reason.clause) for reason in first.reasons] == [("line.no_arrears", "S06-G1")]
    assert view(scene.one).stop_causes == ()
    assert {view(line).stop_causes for line in scene.lines[1:]} == {(StopCause.VOLUNTARY,)}
    assert [item.changes[0].after for item in others] == ["停机保号", "停机保号"]


def test_a_visit_is_judged_step_by_step_and_goes_through_whole_or_not_at_all(
    scene: Scene, clerk: Actor
) -> None:
    stopped(StopCause.LOSS)(scene)
    scene.lines = scene.lines[:1]
    steps = [apply_for(scene, "loss_lift"), apply_for(scene, "sim_replacement")]
    before = snapshot()
    with pytest.raises(Refused):
        desk.place_together(requests=list(reversed(steps)), actor=clerk, at=scene.at)
    tried = desk.dry_run_together(steps, actor=clerk, at=scene.at)
    assert [judged.reasons(Completion.ALL_OR_NOTHING) for judged in tried] == [(), ()]
    assert snapshot() == before
    card = view(scene.one).iccid
    placed = desk.place_together(requests=steps, actor=clerk, at=scene.at)
    assert {order.state for order in placed} == {OrderState.COMPLETED}
    assert view(scene.one).stop_causes == ()
    assert view(scene.one).iccid not in {"", card}


def test_the_balance_of_an_ended_line_is_given_back(scene: Scene, clerk: Actor) -> None:
    holds_money(scene)
    scene.details["refund_method"] = "cash"
    desk.place(request=apply_for(scene, "termination"), actor=clerk, at=scene.at)
    check_deferred()
    assert customer_deposits([line.account_id for line in scene.lines]) == {}
