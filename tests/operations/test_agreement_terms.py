"""The term of an agreement on the database: its health, its members, and what its end brings (P2-01, P2-27)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.signing import decide_renewal, installation, member_rows, premium, signed_agreement
from tests.support import refused
from tests.world import World, number_of
from trunkline.agreements import checks, queries
from trunkline.agreements import operations as agreements
from trunkline.agreements.rules.renewal import RenewalStanding
from trunkline.agreements.types import AgreementState
from trunkline.billing.operations import issue_bills
from trunkline.billing.types import BillDraft, ChargeKind, ChargeLine
from trunkline.counter import desk
from trunkline.counter.agreement_health import agreement_health
from trunkline.interfaces.jobs import upkeep
from trunkline.kernel.clock import at_time
from trunkline.kernel.periods import Month
from trunkline.kernel.text import Text
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import lines

PREMIUM = number_of("HF", 0)
LAST_DAY = date(2028, 10, 11)
NEAR = datetime(2028, 9, 1, 2, 0, tzinfo=UTC)


def rent(line_id: int, number: str, amount: str) -> ChargeLine:
    return ChargeLine(
        line_id=line_id, number=number, kind=ChargeKind.RECURRING, code="plan.3G-66",
        title=Text("月租费", "Monthly fee"), price_version_id=None, price_reference="皖通信资费备〔2026〕1号",
        quantity=1, unit="month", allowance_used=0, unit_price=Decimal(amount), amount=Decimal(amount),
        tax_class="basic_telecom", tax_rate=Decimal("0.09"), explanation={},
    )  # fmt: skip


def near_its_end(world: World, actor: Actor, at: datetime, branch: str = "HF") -> int:
    made = signed_agreement(world.organizations[branch][0], member_rows(1), actor=actor, at=at)
    agreements.mark_expiring(actor=actor, at=NEAR)
    return made


def test_the_health_of_an_agreement_is_gathered_on_one_page(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    bank = world.organizations["HF"][0]
    rows = member_rows(3)
    rows[0][2] = PREMIUM
    made = signed_agreement(bank, rows, premiums=(premium(PREMIUM),), actor=actor, at=at)
    with acting(actor):
        before = agreement_health(made, date(2026, 10, 12))
    assert (before.progress.joined, before.arrears, before.premiums[0].taken) == (0, 0, False)
    clerk = make_actor(role="clerk", branch="HF")
    placed = desk.place(request=installation(world, made, bank), actor=clerk, at=at)
    desk.execute(order_id=placed.id, actor=clerk, at=at)
    with acting(actor):
        held = lines(queries.lines_of_agreement(made)).values()
        drafts = [
            BillDraft(one.account_id, bank, one.branch_id, 20, (rent(one.id, one.number, "66.00"),))
            for one in held
        ]
    issue_bills(month=Month(2026, 10), drafts=drafts, actor=actor, at=datetime(2026, 11, 1, 1, tzinfo=UTC))
    with acting(actor):
        found = agreement_health(made, date(2026, 12, 25))
    assert (found.progress.promised, found.progress.joined, found.progress.active) == (50, 3, 3)
    assert found.progress.days_left == (LAST_DAY - date(2026, 12, 25)).days
    (number,) = found.premiums
    assert (number.deposit, number.unreleased + number.carried_over + number.used) == (12000, 12000)
    assert (number.minimum_monthly, number.billed, number.below_minimum) == (189, 66, True)
    assert (found.arrears, found.owed, found.accounts_in_arrears) == (Decimal("198.00"), Decimal("198.00"), 3)
    assert found.renewal is not None
    assert (found.renewal.new_end, [r.code for r in found.renewal.against]) == (
        date(2029, 10, 11),
        ["agreement.wrong_state", "renewal.not_reviewed"],
    )
    assert found.breach is None


def test_a_shortfall_is_told_before_the_end_of_the_term_and_has_no_consequence(
    world: World, actor: Actor, at: datetime
) -> None:
    made = signed_agreement(world.organizations["HF"][0], member_rows(1), actor=actor, at=at)
    with acting(actor):
        assert queries.short_of_members(LAST_DAY - timedelta(days=91)) == {}
        told = queries.short_of_members(LAST_DAY - timedelta(days=90))
        assert (list(told), told[made].short) == ([made], 50)
        assert queries.agreement(made).state is AgreementState.EFFECTIVE


def test_the_renewal_is_reviewed_by_one_and_approved_by_another(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    made = near_its_end(world, actor, at)
    manager = make_actor(role="account_manager", branch="HF")
    approver = make_actor(role="department_manager")

    def say(renew: bool, note: str = "") -> None:
        agreements.review_renewal(agreement_id=made, renew=renew, note=note, actor=manager, at=NEAR)

    def decide(approve: bool, note: str = "", by: Actor = approver) -> None:
        agreements.decide_renewal(agreement_id=made, approve=approve, note=note, actor=by, at=NEAR)

    assert refused(lambda: decide(True)) == ["renewal.nothing_to_decide"]
    assert refused(lambda: say(False)) == ["review.reason_missing"]
    say(True)
    assert refused(lambda: say(True)) == ["renewal.reviewed_already"]
    assert refused(lambda: decide(True, by=manager)) == ["permission.missing"]
    assert refused(lambda: decide(False)) == ["review.reason_missing"]
    decide(False, "请先催收欠费")
    say(True, "欠费已结清")
    with acting(approver):
        assert queries.renewals_to_review(LAST_DAY)[made].standing is RenewalStanding.RECOMMENDED
    decide(True)
    with acting(actor):
        assert queries.renewals_to_review(LAST_DAY)[made].standing is RenewalStanding.TO_RENEW
        assert len([r for r in queries.reviews(made) if r.subject.value == "renewal"]) == 4


def test_on_its_last_day_a_term_is_extended_or_ended_as_decided_and_the_undecided_stays(
    world: World, actor: Actor, at: datetime
) -> None:
    renewed, ended, undecided = (near_its_end(world, actor, at, branch) for branch in ("HF", "WH", "HF"))
    decide_renewal(renewed, renew=True, actor=actor, at=NEAR)
    decide_renewal(ended, renew=False, actor=actor, at=NEAR)

    def settle(day: date) -> list[AgreementState]:
        with at_time(datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)):
            upkeep.settle_agreement_terms()
        with acting(actor):
            return [queries.agreement(made).state for made in (renewed, ended, undecided)]

    near = AgreementState.EXPIRING
    assert settle(LAST_DAY - timedelta(days=1)) == [near, near, near]
    assert settle(LAST_DAY) == [AgreementState.RENEWED, near, near]
    assert settle(LAST_DAY + timedelta(days=1)) == [AgreementState.RENEWED, AgreementState.ENDED, near]
    with acting(actor):
        assert queries.agreement(renewed).ends_on == date(2029, 10, 11)
        left = queries.renewals_to_review(LAST_DAY + timedelta(days=1))
        assert {made: view.overdue for made, view in left.items()} == {undecided: True}
        assert [check.code for check in checks.CHECKS if check.find()] == []
