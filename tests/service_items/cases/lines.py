"""Cases of the items on lines there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.codes import resident_id
from tests.lines import Connected, connect
from tests.prepaid import LOCKED_AFTER, prepaid_lines
from tests.service_items import Cases
from tests.service_items.scene import Scene
from tests.service_items.states import (
    another_organisation,
    answers,
    asks,
    blacklist,
    both,
    ended,
    has_product,
    hold_money,
    holds_money,
    in_agreement,
    new_owner_owes,
    owes,
    premium_number,
    roams,
    stopped,
    verified,
)
from tests.world import number_of
from trunkline.catalog.queries import offering_by_code
from trunkline.counter.registry import service_items
from trunkline.kernel.periods import SHANGHAI, Month
from trunkline.ledger.queries import customer_deposits
from trunkline.messaging.queries import find_messages
from trunkline.messaging.types import MessageKind, Purpose
from trunkline.numbering.leases.operations import lease_number
from trunkline.numbering.queries import numbers
from trunkline.numbering.types import NumberState
from trunkline.ordering.queries import order_items, orders_of_organization
from trunkline.ordering.types import VerificationKind
from trunkline.party.queries import accounts_by_id, organization
from trunkline.subscriptions import operations as subscriptions
from trunkline.subscriptions.queries import (
    holders_of_offering,
    lives,
    plan_periods,
    sims_in_stock,
)
from trunkline.subscriptions.types import (
    DetailType,
    LifePhase,
    LineState,
    LineView,
    StopCause,
)


def kept_for_them(number: str) -> Callable[[Scene], object]:
    """The counter keeps a number for the organisation."""
    return lambda scene: lease_number(
        number=number, organization_id=scene.bank, actor=scene.actor, at=scene.before()
    )


CASES = Cases()
shows = CASES.shows


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


CASES.ready.update(
    {
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
        "number_change": both(
            lambda scene: scene.values.update(
                {line.line_id: {"new_number": number_of("HF", 300 + n)} for n, line in enumerate(scene.lines)}
            ),
            kept_for_them(number_of("HF", 302)),
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
)


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
    CASES.accepted["product_order"](scene, after)


@shows("booked_product_cancellation")
def _(scene: Scene, after: list[LineView]) -> None:
    CASES.accepted["product_cancellation"](scene, after)


@shows("product_cancellation")
def _(scene: Scene, after: list[LineView]) -> None:
    found = offering_by_code("VAS-CALL")
    assert found is not None
    assert holders_of_offering(found.id, [line.id for line in after]) == frozenset()


@shows("service_password_reset")
def _(scene: Scene, after: list[LineView]) -> None:
    waiting = find_messages(purpose=Purpose.SERVICE_PASSWORD)
    assert sorted((message.line_id, message.secret, message.kind) for message in waiting) == [
        (line.id, True, MessageKind.SMS) for line in sorted(after, key=lambda line: line.id)
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


#: What brings each guard up. The refusal must carry the guard's clause.
CASES.refused.update(
    {
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
    }
)
CASES.refused.update(
    {
        (code, guard): prepare
        for code, item in service_items().items()
        for guard, prepare in (
            ("of_the_organisation", another_organisation),
            ("in_use", ended),
            ("known_lines", lambda scene: scene.lines.append(Connected(999_999, "", 0))),
        )
        if code != "new_installation" and guard in {declared.code for declared in item.all_guards()}
    }
)
