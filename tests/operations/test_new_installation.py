"""一、新装 (S01): from the counter to active lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.signing import FIVE_PAPERS, installation, member_rows, premium, signed_agreement
from tests.support import check_deferred, snapshot
from tests.world import World, number_of
from trunkline.agreements import queries as agreements
from trunkline.billing.checks import CHECKS as BILLING_CHECKS
from trunkline.billing.queries import payments_of_organization
from trunkline.billing.types import PaymentPurpose
from trunkline.counter import desk
from trunkline.counter.items.new_installation.facts import load
from trunkline.counter.items.new_installation.guards import plan_priced
from trunkline.kernel.refusals import Refused
from trunkline.ledger.checks import CHECKS as LEDGER_CHECKS
from trunkline.ledger.models import Entry
from trunkline.ledger.queries import premium_balances
from trunkline.ledger.types import GeneralAccount
from trunkline.numbering import operations as numbering
from trunkline.numbering.queries import numbers
from trunkline.numbering.types import NumberState
from trunkline.ordering import engine
from trunkline.ordering.queries import order_items, order_papers, orders_of_organization
from trunkline.ordering.types import OrderState, PaperKind, ShownPaper
from trunkline.party import operations as party
from trunkline.party.queries import accounts_by_id
from trunkline.party.types import PaymentMethod
from trunkline.security.audit import acting
from trunkline.security.types import Actor, Channel
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineState


@pytest.fixture
def bank(world: World) -> int:
    return world.organizations["HF"][0]


@pytest.fixture
def agreement(world: World, bank: int, actor: Actor, at: datetime) -> int:
    return signed_agreement(bank, member_rows(6), actor=actor, at=at)


@pytest.fixture
def clerk(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor(role="clerk", branch="HF")


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {refusal.code for refusal in refused.value.refusals}


def refusal_of(request: Any, actor: Actor, at: datetime) -> set[str]:
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=request, actor=actor, at=at)
    assert snapshot() == before
    return codes(refused)


def test_members_become_active_lines_with_numbers_accounts_cards_and_terminals(
    world: World, bank: int, agreement: int, clerk: Actor, at: datetime
) -> None:
    placed = desk.place(request=installation(world, agreement, bank), actor=clerk, at=at)
    assert (placed.state, placed.item_count) == (OrderState.ACKNOWLEDGED, 6)
    done = desk.execute(order_id=placed.id, actor=clerk, at=at)
    assert done.state is OrderState.COMPLETED
    items = order_items(placed.id)
    assert [item.ordinal for item in items] == [1, 2, 3, 4, 5, 6]
    made = lines([item.line_id for item in items if item.line_id])
    assert {line.state for line in made.values()} == {LineState.ACTIVE}
    assert len({line.iccid for line in made.values()}) == 6
    assert len({line.account_id for line in made.values()}) == 6
    assert all(
        account.isolated for account in accounts_by_id([line.account_id for line in made.values()]).values()
    )
    held = numbers([line.number for line in made.values()])
    assert {view.state for view in held.values()} == {NumberState.IN_USE}
    assert {member.line_id for member in agreements.members(agreement)} == set(made)
    assert {paper.kind for paper in order_papers(placed.id)} == {paper.kind for paper in FIVE_PAPERS}


def test_carrying_out_twice_connects_once(
    world: World, bank: int, agreement: int, clerk: Actor, at: datetime
) -> None:
    placed = desk.place(request=installation(world, agreement, bank), actor=clerk, at=at)
    desk.execute(order_id=placed.id, actor=clerk, at=at)
    before = agreements.agreement(agreement).connected
    assert desk.execute(order_id=placed.id, actor=clerk, at=at).state is OrderState.COMPLETED
    assert agreements.agreement(agreement).connected == before == 6


def test_one_key_gives_one_order(world: World, bank: int, agreement: int, clerk: Actor, at: datetime) -> None:
    request = installation(world, agreement, bank, key="visit-1")
    first = desk.place(request=request, actor=clerk, at=at)
    assert desk.place(request=request, actor=clerk, at=at).id == first.id
    assert len(orders_of_organization(bank)) == 1
    assert refusal_of(replace(request, details={"payment_method": "pos"}), clerk, at) == {"order.key_reused"}


@pytest.mark.parametrize("missing", [paper.kind for paper in FIVE_PAPERS])
def test_each_of_the_five_papers_is_needed(
    world: World, bank: int, agreement: int, clerk: Actor, at: datetime, missing: PaperKind
) -> None:
    papers = [paper for paper in FIVE_PAPERS if paper.kind is not missing]
    assert refusal_of(installation(world, agreement, bank, papers=papers), clerk, at) == {
        "order.paper_missing"
    }


@pytest.mark.parametrize(
    ("kind", "flaw", "code"),
    [
        (PaperKind.HANDLER_ID, {"original_seen": False}, "order.original_not_seen"),
        (PaperKind.HANDLER_ID, {"reference": " "}, "order.paper_unnumbered"),
        (PaperKind.AUTHORISATION, {"sealed": False}, "order.not_sealed"),
        (PaperKind.REGISTRATION_CERTIFICATE, {"sealed": False}, "order.not_sealed"),
        (PaperKind.NETWORK_AGREEMENT, {"sealed": False}, "order.not_sealed"),
        (PaperKind.SUB_USER_TABLE, {"copy_kept": False}, "order.copy_not_kept"),
    ],
)
def test_a_flawed_paper_is_refused(
    world: World,
    bank: int,
    agreement: int,
    clerk: Actor,
    at: datetime,
    kind: PaperKind,
    flaw: dict[str, Any],
    code: str,
) -> None:
    papers = [replace(paper, **flaw) if paper.kind is kind else paper for paper in FIVE_PAPERS]
    assert refusal_of(installation(world, agreement, bank, papers=papers), clerk, at) == {code}


@pytest.mark.parametrize(
    "channel", [Channel.HOTLINE_10010, Channel.WEB_HALL, Channel.SMS_HALL, Channel.HOTLINE_10019]
)
def test_a_channel_that_the_standard_does_not_list_is_refused(
    world: World, bank: int, agreement: int, clerk: Actor, at: datetime, channel: Channel
) -> None:
    assert refusal_of(installation(world, agreement, bank), replace(clerk, channel=channel), at) == {
        "order.channel_not_allowed"
    }


def test_every_reason_is_given_at_once(
    world: World, bank: int, agreement: int, clerk: Actor, at: datetime
) -> None:
    request = installation(world, agreement, bank, papers=FIVE_PAPERS[:2])
    found = refusal_of(
        replace(request, details={"payment_method": "bank_collection"}),
        replace(clerk, channel=Channel.SMS_HALL),
        at,
    )
    assert found == {"order.channel_not_allowed", "order.paper_missing", "s01.bank_data_missing"}


def test_an_unsigned_attachment_connects_nobody(
    world: World, bank: int, actor: Actor, clerk: Actor, at: datetime
) -> None:
    unsigned = signed_agreement(bank, member_rows(2), attachment_signed=False, actor=actor, at=at)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        desk.place(request=installation(world, unsigned, bank), actor=clerk, at=at)
    assert "P2-31" in {refusal.clause for refusal in refused.value.refusals}
    assert snapshot() == before


def test_without_an_agreement_nothing_is_connected(
    world: World, bank: int, clerk: Actor, at: datetime
) -> None:
    request = replace(installation(world, 0, bank), agreement_id=None)
    assert "s01.no_agreement" in refusal_of(request, clerk, at)


def test_another_organisations_agreement_is_refused(
    world: World, agreement: int, clerk: Actor, at: datetime
) -> None:
    other = world.organizations["HF"][1]
    assert "s01.foreign_agreement" in refusal_of(installation(world, agreement, other), clerk, at)


def test_a_plan_without_a_price_is_refused(
    world: World, bank: int, agreement: int, clerk: Actor, at: datetime
) -> None:
    around = engine.circumstances(installation(world, agreement, bank), clerk.channel, at)
    facts = load(around)
    member = facts.members[0]
    assert plan_priced(around, facts, member) == []
    unpriced = replace(facts, prices={})
    (refusal,) = plan_priced(around, unpriced, member)
    assert (refusal.code, refusal.clause, refusal.subject) == ("s01.plan_unpriced", "X-F2", "3G-66")


def test_a_number_that_is_no_longer_reserved_is_refused(
    world: World, bank: int, agreement: int, actor: Actor, clerk: Actor, at: datetime
) -> None:
    number = agreements.members(agreement)[0].number
    numbering.release_numbers(holder=f"agreement:{agreement}", numbers=[number], actor=actor, at=at)
    assert refusal_of(installation(world, agreement, bank), clerk, at) == {"s01.number_not_reserved"}


def test_a_persons_sixth_line_is_refused_over_the_whole_operator(
    world: World, bank: int, make_actor: Callable[..., Actor], actor: Actor, clerk: Actor, at: datetime
) -> None:
    def of_one_person(branch: str, count: int, first: int) -> list[list[str]]:
        name, id_number, _, plan, mode, _, _ = member_rows(1)[0]
        return [[name, id_number, number_of(branch, first + i), plan, mode, "", ""] for i in range(count)]

    elsewhere = world.organizations["WH"][0]
    there = signed_agreement(elsewhere, of_one_person("WH", 3, 300), actor=actor, at=at)
    here = signed_agreement(bank, of_one_person("HF", 2, 300), actor=actor, at=at)
    placed = desk.place(
        request=installation(world, there, elsewhere), actor=make_actor(role="clerk", branch="WH"), at=at
    )
    desk.execute(order_id=placed.id, actor=actor, at=at)
    desk.execute(
        order_id=desk.place(request=installation(world, here, bank), actor=clerk, at=at).id,
        actor=actor,
        at=at,
    )
    with acting(actor):
        assert agreements.agreement(here).connected == 2
    with pytest.raises(Refused) as refused:
        signed_agreement(bank, of_one_person("HF", 1, 310), actor=actor, at=at)
    assert "REG-14" in {refusal.clause for refusal in refused.value.refusals}


def out_of_town(world: World, actor: Actor, at: datetime) -> tuple[int, int, int]:
    """An SME whose handler shows an ID of another city, with a signed agreement."""
    from tests.codes import resident_id
    from tests.world import handler_details

    sme = world.organizations["HF"][1]
    details = replace(handler_details(7), id_number=resident_id("330106", "19850505", 7))
    handler = party.register_handler(organization_id=sme, details=details, actor=actor, at=at)
    return sme, handler, signed_agreement(sme, member_rows(2, start=50), actor=actor, at=at)


@pytest.mark.parametrize(
    ("security", "accepted"),
    [
        (None, False),
        ({"security": "deposit", "security_amount": "199.99"}, False),
        ({"security": "deposit", "security_amount": "200.00"}, True),
        ({"security": "prepay_months", "security_months": "5"}, False),
        ({"security": "prepay_months", "security_months": "13"}, False),
        ({"security": "prepay_months", "security_months": "6"}, True),
        ({"security": "prepay_months", "security_months": "12"}, True),
    ],
)
def test_an_sme_with_an_out_of_town_id_pays_in_advance(
    world: World, actor: Actor, clerk: Actor, at: datetime, security: dict[str, Any] | None, accepted: bool
) -> None:
    from trunkline.billing.queries import account_balance

    sme, handler, agreement_id = out_of_town(world, actor, at)
    request = replace(
        installation(world, agreement_id, sme),
        handler_id=handler,
        details={"payment_method": "cash", **(security or {})},
    )
    if not accepted:
        assert refusal_of(request, clerk, at) == {"s01.security_needed"}
        return
    assert security is not None
    placed = desk.place(request=request, actor=clerk, at=at)
    assert desk.execute(order_id=placed.id, actor=clerk, at=at).state is OrderState.COMPLETED
    made = lines([item.line_id for item in order_items(placed.id) if item.line_id])
    expected = 200 if security["security"] == "deposit" else 66 * int(security["security_months"])
    assert {account_balance(line.account_id).customer_deposit for line in made.values()} == {expected}


@pytest.mark.parametrize("amount", ["nonsense", "NaN", "-5.00", "200.001"])
def test_a_deposit_that_is_no_amount_is_refused(
    world: World, actor: Actor, clerk: Actor, at: datetime, amount: str
) -> None:
    sme, handler, agreement_id = out_of_town(world, actor, at)
    details = {"payment_method": "cash", "security": "deposit", "security_amount": amount}
    request = replace(installation(world, agreement_id, sme), handler_id=handler, details=details)
    assert "order.field_malformed" in refusal_of(request, clerk, at)


def test_a_large_customer_with_an_out_of_town_id_pays_nothing_in_advance(
    world: World, bank: int, agreement: int, actor: Actor, clerk: Actor, at: datetime
) -> None:
    from tests.codes import resident_id
    from tests.world import handler_details

    details = replace(handler_details(8), id_number=resident_id("330106", "19850505", 8))
    handler = party.register_handler(organization_id=bank, details=details, actor=actor, at=at)
    request = replace(installation(world, agreement, bank), handler_id=handler)
    assert desk.dry_run(request, actor=clerk, at=at).refusals == ()


def test_a_licensed_customer_cannot_apply_on_the_notice_of_a_name(
    world: World, bank: int, agreement: int, clerk: Actor, at: datetime
) -> None:
    papers = [
        replace(paper, kind=PaperKind.PRE_APPROVAL_NOTICE)
        if paper.kind is PaperKind.REGISTRATION_CERTIFICATE
        else paper
        for paper in FIVE_PAPERS
    ]
    assert refusal_of(installation(world, agreement, bank, papers=papers), clerk, at) == {
        "s01.notice_not_applicable"
    }


def test_too_few_cards_in_stock_are_told(
    world: World, bank: int, actor: Actor, clerk: Actor, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trunkline.counter.items.new_installation import facts

    agreement_id = signed_agreement(bank, member_rows(3), actor=actor, at=at)
    monkeypatch.setattr(facts, "sims_in_stock", lambda _: 2)
    assert refusal_of(installation(world, agreement_id, bank), clerk, at) == {"s01.no_cards"}


def premium_numbers(world: World, count: int, actor: Actor, at: datetime, *, place: int = 0) -> list[str]:
    """Numbers in stock that end in four like digits; each `place` has up to eight of its own."""
    head = number_of("HF", 0)[:6]
    found = [f"{head}{place}{digit * 4}" for digit in "123456789" if digit != str(place)][:count]
    kind = numbers([number_of("HF", 1)])[number_of("HF", 1)].kind
    numbering.stock_numbers(numbers=found, kind=kind, stock_id=world.branches["HF"], actor=actor, at=at)
    return found


def test_a_premium_numbers_deposit_is_received_unreleased(
    world: World, bank: int, actor: Actor, clerk: Actor, at: datetime
) -> None:
    (number,) = premium_numbers(world, 1, actor, at)
    rows = member_rows(2)
    rows[0][2] = number
    agreement_id = signed_agreement(bank, rows, premiums=(premium(number),), actor=actor, at=at)
    placed = desk.place(request=installation(world, agreement_id, bank), actor=clerk, at=at)
    assert desk.execute(order_id=placed.id, actor=clerk, at=at).state is OrderState.COMPLETED
    line = next(
        view
        for view in lines([i.line_id for i in order_items(placed.id) if i.line_id]).values()
        if view.number == number
    )
    balance = premium_balances([line.account_id])[(line.account_id, number)]
    assert (balance.unreleased, balance.released) == (12000, 0)


def secured_order(
    world: World,
    members: int,
    premiums: Sequence[str],
    method: str,
    actor: Actor,
    clerk: Actor,
    at: datetime,
    *,
    start: int = 50,
) -> tuple[int, int]:
    """An order of an SME that pays 250 yuan a line in advance, some with premium numbers; and its agreement."""
    sme = world.organizations["HF"][1]
    rows = member_rows(members, start=start)
    for row, number in zip(rows, premiums, strict=False):
        row[2] = number
    agreement_id = signed_agreement(
        sme, rows, premiums=tuple(premium(number) for number in premiums), actor=actor, at=at
    )
    bank_collection = {
        "bank": "工商银行",
        "branch_code": "102361000013",
        "account_name": "合肥示范物流",
        "account_number": "1302010109000000001",
        "authorisation": "托收〔2026〕1号",
    }
    authorisation = ShownPaper(PaperKind.BANK_AUTHORISATION, "托收〔2026〕1号", True, True, True)
    request = replace(
        installation(world, agreement_id, sme, papers=(*FIVE_PAPERS, authorisation)),
        details={
            "payment_method": method,
            "security": "deposit",
            "security_amount": "250.00",
            **(bank_collection if method == "bank_collection" else {}),
        },
    )
    return desk.place(request=request, actor=clerk, at=at).id, agreement_id


def member_accounts(order_id: int) -> dict[str, int]:
    """The account of each number that an order connected."""
    made = lines([item.line_id for item in order_items(order_id) if item.line_id])
    return {line.number: line.account_id for line in made.values()}


@pytest.mark.parametrize("method", ["cash", "bank_collection"])
def test_each_member_gets_the_receipts_and_entries_of_what_was_paid_for_it(
    world: World, actor: Actor, clerk: Actor, at: datetime, method: str
) -> None:
    premiums = premium_numbers(world, 2, actor, at)
    order_id, agreement_id = secured_order(world, 4, premiums, method, actor, clerk, at)
    assert desk.execute(order_id=order_id, actor=clerk, at=at).state is OrderState.COMPLETED
    check_deferred()
    owners = member_accounts(order_id)
    paid = payments_of_organization(world.organizations["HF"][1])
    assert len({payment.receipt_number for payment in paid}) == 6
    assert {(p.method, p.taken_at, p.taken_by_id) for p in paid} == {
        (PaymentMethod(method), at, clerk.staff_id)
    }
    assert sorted(
        (p.account_id or 0, p.purpose, p.subject, p.amount, p.reference, p.allocations) for p in paid
    ) == sorted(
        [(owner, PaymentPurpose.BILLS, "", Decimal("250.00"), "S01-G2", ()) for owner in owners.values()]
        + [
            (
                owners[number],
                PaymentPurpose.PREMIUM_DEPOSIT,
                number,
                Decimal("12000.00"),
                f"agreement:{agreement_id}",
                (),
            )
            for number in premiums
        ]
    )
    for payment in paid:
        deposit = payment.purpose is PaymentPurpose.PREMIUM_DEPOSIT
        entry = Entry.objects.get(source_id=payment.receipt_number)
        assert (entry.source, entry.narration) == (
            ("premium_deposit", f"靓号预存款 {payment.subject} {payment.receipt_number}")
            if deposit
            else ("payment", f"收款 {payment.receipt_number}")
        )
        held = GeneralAccount.PREMIUM_UNRELEASED if deposit else GeneralAccount.CUSTOMER_DEPOSIT
        assert list(
            entry.postings.order_by("id").values_list("general_account", "account_id", "subject", "amount")
        ) == [
            (GeneralAccount.CASH, None, "", payment.amount),
            (held, payment.account_id, payment.subject, -payment.amount),
        ]
    assert [place for check in (*BILLING_CHECKS, *LEDGER_CHECKS) for place in check.find()] == []


def test_deposits_of_many_members_take_as_many_statements_as_those_of_few(
    world: World, actor: Actor, clerk: Actor, at: datetime, all_staged: None
) -> None:
    def statements(members: int, premiums: Sequence[str], start: int) -> int:
        order_id, _ = secured_order(world, members, premiums, "cash", actor, clerk, at, start=start)
        with CaptureQueriesContext(connection) as captured:
            done = desk.execute(order_id=order_id, actor=clerk, at=at)
        assert done.state is OrderState.COMPLETED
        return len(captured)

    few = premium_numbers(world, 2, actor, at, place=1)
    many = [n for place in range(2, 7) for n in premium_numbers(world, 8, actor, at, place=place)]
    assert statements(3, few, 50) == statements(60, many, 100)
    check_deferred()


def test_carrying_out_twice_takes_the_deposits_once(
    world: World, actor: Actor, clerk: Actor, at: datetime
) -> None:
    order_id, _ = secured_order(world, 3, premium_numbers(world, 1, actor, at), "cash", actor, clerk, at)
    desk.execute(order_id=order_id, actor=clerk, at=at)
    before = payments_of_organization(world.organizations["HF"][1])
    desk.execute(order_id=order_id, actor=clerk, at=at)
    assert payments_of_organization(world.organizations["HF"][1]) == before
    assert len(before) == 4


def test_an_order_that_is_refused_when_carried_out_fails_with_its_reasons_and_changes_nothing_else(
    world: World, bank: int, agreement: int, actor: Actor, clerk: Actor, at: datetime
) -> None:
    placed = desk.place(request=installation(world, agreement, bank), actor=clerk, at=at)
    number = agreements.members(agreement)[0].number
    numbering.release_numbers(holder=f"agreement:{agreement}", numbers=[number], actor=actor, at=at)
    failed = desk.execute(order_id=placed.id, actor=clerk, at=at)
    assert failed.state is OrderState.FAILED
    assert [reason.code for reason in failed.failure] == ["s01.number_not_reserved"]
    assert agreements.agreement(agreement).connected == 0


def test_the_term_starts_on_the_later_signature(world: World, agreement: int, at: datetime) -> None:
    view = agreements.agreement(agreement)
    assert (view.effective_on, view.ends_on) == (date(2026, 10, 12), date(2028, 10, 11))


def test_a_clerk_of_another_branch_cannot_place_the_order(
    world: World, bank: int, agreement: int, make_actor: Callable[..., Actor], at: datetime
) -> None:
    with transaction.atomic(), pytest.raises(Refused) as refused:
        desk.place(
            request=installation(world, agreement, bank), actor=make_actor(role="clerk", branch="WH"), at=at
        )
    assert codes(refused) == {"organization.unknown"}
