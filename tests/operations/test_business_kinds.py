"""What the lines of an agreement were given, on the database (P2-03, P2-20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from tests.rules.test_business_kinds import DISCOUNT, FREE
from tests.signing import installation, member_rows, signed_agreement, terms
from tests.support import refused
from tests.world import World
from trunkline.agreements import operations as agreements
from trunkline.agreements import queries
from trunkline.agreements.rules.business import clawed_back
from trunkline.agreements.types import BusinessKind
from trunkline.billing.queries.breaches import benefits_taken_back
from trunkline.counter import desk
from trunkline.security.audit import acting
from trunkline.security.types import Actor


def connect(world: World, agreement_id: int, clerk: Actor, at: datetime) -> None:
    request = installation(world, agreement_id, world.organizations["HF"][0])
    placed = desk.place(request=request, actor=clerk, at=at)
    desk.execute(order_id=placed.id, actor=clerk, at=at)


def test_each_line_with_the_handset_is_listed_with_its_subsidy_and_months(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    bank = world.organizations["HF"][0]
    kind = BusinessKind.PREPAY_DISCOUNT_HANDSET
    agreed = replace(terms(bank), business_kind=kind, business_values=DISCOUNT)
    rows = member_rows(3)
    rows[1][5:] = ["", ""]
    made = signed_agreement(bank, rows, agreed=agreed, actor=actor, at=at)
    with acting(actor):
        assert queries.terms(made) == replace(agreed, template_id=queries.terms(made).template_id)
        assert queries.benefits_of(made, date(2026, 10, 12)) == ()
    connect(world, made, make_actor(role="clerk", branch="HF"), at)
    with acting(actor):
        given = queries.benefits_of(made, date(2027, 1, 12))
        members = queries.members(made)
    assert [b.number for b in given] == [m.number for m in members if m.terminal_model == "WP-S7"]
    assert len(given) == 2
    for benefit in given:
        assert (benefit.kind, benefit.since, benefit.months) == (kind, date(2026, 10, 12), 24)
        assert (benefit.months_run, clawed_back(benefit)) == (3, Decimal("800.00"))
    with acting(actor):
        taken = {m.number: benefits_taken_back(made, m.number, date(2027, 1, 12)) for m in members}
        whole = benefits_taken_back(made, None, date(2027, 1, 12))
    assert sorted(taken.values()) == [Decimal(0), Decimal(800), Decimal(800)]
    assert whole == Decimal(1600)


def test_a_kind_without_a_handset_gives_nothing_to_take_back(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    bank = world.organizations["HF"][0]
    made = signed_agreement(bank, member_rows(1), actor=actor, at=at)
    connect(world, made, make_actor(role="clerk", branch="HF"), at)
    with acting(actor):
        assert queries.benefits_of(made, date(2027, 1, 12)) == ()


def test_a_kind_without_its_fields_is_not_drafted(world: World, actor: Actor, at: datetime) -> None:
    agreed = replace(
        terms(world.organizations["HF"][0]), business_kind=BusinessKind.PREPAY_FREE_HANDSET,
        business_values={**FREE, "monthly_return": Decimal("49.99")},
    )  # fmt: skip
    assert refused(lambda: agreements.draft_agreement(terms=agreed, actor=actor, at=at)) == [
        "agreement.returns_do_not_add_up"
    ]
