"""The ledger on a real database: balanced, sealed, posted once, and no deposit below zero."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, connections, transaction

from tests.lines import accounts
from tests.support import check_deferred, snapshot
from tests.world import World
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refused
from trunkline.ledger import queries
from trunkline.ledger.checks import CHECKS
from trunkline.ledger.models import Entry
from trunkline.ledger.operations import post_entries, reverse_entry
from trunkline.ledger.types import GeneralAccount as G
from trunkline.ledger.types import NewEntry, NewPosting, PremiumBalance
from trunkline.security.audit import acting, operation
from trunkline.security.types import Actor

NUMBER = "18655100001"


def entry(
    world: World,
    at: datetime,
    *legs: NewPosting,
    source: str = "test",
    source_id: str = "1",
    branch: str = "HF",
) -> NewEntry:
    return NewEntry(source, source_id, world.branches[branch], at, "试记", legs)


def leg(general: G, amount: str, account: int | None = None, subject: str = "") -> NewPosting:
    return NewPosting(general, Decimal(amount), account, subject)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in CHECKS for place in check.find()]


def test_an_entry_is_posted_and_read_back(world: World, actor: Actor, at: datetime) -> None:
    (account,) = accounts(world, actor, at, 1)
    posted = entry(
        world,
        at,
        leg(G.RECEIVABLE, "10.90", account),
        leg(G.REVENUE_BASIC, "-10.00"),
        leg(G.TAX_PAYABLE, "-0.90"),
    )
    assert post_entries(entries=[posted], actor=actor, at=at) == 1
    check_deferred()
    assert queries.balances([account]) == {account: {G.RECEIVABLE: Decimal("10.90")}}
    (view,) = queries.postings(account)
    assert (view.source, view.narration, view.amount) == ("test", "试记", Decimal("10.90"))
    trial = queries.trial_balance()
    assert sum(trial.values()) == ZERO
    assert (trial[G.TAX_PAYABLE], trial[G.CASH]) == (Decimal("-0.90"), ZERO)
    assert broken() == []


@pytest.mark.parametrize(
    ("legs", "code"),
    [
        (((G.CASH, "5.00"), (G.REVENUE_BASIC, "-4.99")), "ledger.unbalanced"),
        (((G.CASH, "5.00"),), "ledger.too_few_legs"),
        (((G.CASH, "0.00"), (G.REVENUE_BASIC, "0.00")), "ledger.bad_amount"),
        (((G.CASH, "0.001"), (G.REVENUE_BASIC, "-0.001")), "ledger.bad_amount"),
        (((G.RECEIVABLE, "1.00"), (G.REVENUE_BASIC, "-1.00")), "ledger.account_missing"),
    ],
)
def test_an_unsound_entry_is_refused_and_nothing_changes(
    world: World, actor: Actor, at: datetime, legs: tuple[tuple[G, str], ...], code: str
) -> None:
    before = snapshot()
    with pytest.raises(Refused) as refused:
        post_entries(entries=[entry(world, at, *(leg(g, a) for g, a in legs))], actor=actor, at=at)
    assert code in codes(refused)
    assert snapshot() == before


def test_what_was_posted_is_not_posted_again_and_nothing_changes(
    world: World, actor: Actor, at: datetime
) -> None:
    first = entry(world, at, leg(G.CASH, "1.00"), leg(G.REVENUE_GOODS, "-1.00"))
    post_entries(entries=[first], actor=actor, at=at)
    before = snapshot()
    with pytest.raises(Refused) as refused:
        post_entries(
            entries=[
                entry(world, at, leg(G.CASH, "2.00"), leg(G.REVENUE_GOODS, "-2.00"), source_id="2"),
                first,
            ],
            actor=actor,
            at=at,
        )
    assert codes(refused) == ["ledger.posted_already"]
    assert snapshot() == before


def test_no_entries_are_nothing_to_post(world: World, actor: Actor, at: datetime) -> None:
    assert post_entries(entries=[], actor=actor, at=at) == 0


def test_an_entry_is_reversed_once_and_stays(world: World, actor: Actor, at: datetime) -> None:
    (account,) = accounts(world, actor, at, 1)
    post_entries(
        entries=[entry(world, at, leg(G.RECEIVABLE, "7.00", account), leg(G.REVENUE_BASIC, "-7.00"))],
        actor=actor,
        at=at,
    )
    reverse_entry(source="test", source_id="1", reason="误记", actor=actor, at=at)
    check_deferred()
    assert queries.balances([account])[account][G.RECEIVABLE] == ZERO
    assert [view.narration for view in queries.postings(account)] == ["误记", "试记"]
    before = snapshot()
    for source_id, code in (("1", "ledger.reversed_already"), ("2", "ledger.unknown")):
        with pytest.raises(Refused) as refused:
            reverse_entry(source="test", source_id=source_id, reason="误记", actor=actor, at=at)
        assert codes(refused) == [code]
    assert snapshot() == before


def test_a_deposit_cannot_be_drawn_below_zero(world: World, actor: Actor, at: datetime) -> None:
    (account,) = accounts(world, actor, at, 1)
    deposit = entry(world, at, leg(G.CASH, "100.00"), leg(G.PREMIUM_UNRELEASED, "-100.00", account, NUMBER))
    post_entries(entries=[deposit], actor=actor, at=at)
    assert queries.premium_balances([account]) == {(account, NUMBER): PremiumBalance(Decimal("100.00"), ZERO)}
    before = snapshot()
    for amount, subject in (("100.01", NUMBER), ("0.01", "18655100002")):
        over = entry(
            world,
            at,
            leg(G.PREMIUM_UNRELEASED, amount, account, subject),
            leg(G.PREMIUM_RELEASED, f"-{amount}", account, subject),
            source_id="2",
        )
        with pytest.raises(Refused) as refused:
            post_entries(entries=[over], actor=actor, at=at)
        assert codes(refused) == ["ledger.overdrawn"]
    assert snapshot() == before
    assert queries.premium_balances() == {(account, NUMBER): PremiumBalance(Decimal("100.00"), ZERO)}


def test_a_branch_sees_only_its_own_postings(
    world: World, actor: Actor, make_actor: Callable[..., Actor], at: datetime
) -> None:
    (account,) = accounts(world, actor, at, 1)
    post_entries(
        entries=[entry(world, at, leg(G.RECEIVABLE, "7.00", account), leg(G.REVENUE_BASIC, "-7.00"))],
        actor=actor,
        at=at,
    )
    with acting(make_actor(role="clerk", branch="WH")):
        assert queries.postings(account) == ()
        assert set(queries.trial_balance().values()) == {ZERO}


# PostgreSQL is the last guard: rows written past the operations.


@operation("ledger.post")
def write(*, statements: list[str], actor: Actor, at: datetime) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    check_deferred()


def _postings(world: World, entry_id: int, *amounts: str, branch: str = "HF") -> str:
    rows = ",".join(f"({entry_id}, {world.branches[branch]}, 'cash', '', {amount})" for amount in amounts)
    return f"INSERT INTO ledger_posting (entry_id, branch_id, general_account, subject, amount) VALUES {rows}"


def _entry(
    world: World, entry_id: int, operation: str = "current_setting('trunkline.operation')::uuid"
) -> str:
    return (
        "INSERT INTO ledger_entry (id, branch_id, source, source_id, at, narration, operation_id) "
        f"VALUES ({entry_id}, {world.branches['HF']}, 'raw', '{entry_id}', now(), '', {operation})"
    )


@pytest.mark.parametrize(
    "case",
    [
        "unbalanced",
        "one leg",
        "no legs",
        "other branch",
        "forged",
        "no entry",
        "no account",
        "zero",
        "unknown",
    ],
)
def test_the_database_refuses_what_is_no_sound_entry(
    world: World, actor: Actor, at: datetime, case: str
) -> None:
    legs, entry_row = _postings(world, -1, "5", "-5"), _entry(world, -1)
    statements = {
        "unbalanced": [entry_row, _postings(world, -1, "5", "-4")],
        "one leg": [entry_row, _postings(world, -1, "5")],
        "no legs": [entry_row],
        "other branch": [entry_row, _postings(world, -1, "5", "-5", branch="WH")],
        "forged": [_entry(world, -1, "gen_random_uuid()"), legs],
        "no entry": [legs],
        "no account": [entry_row, legs.replace("''", "'', 999999").replace("subject", "subject, account_id")],
        "zero": [entry_row, _postings(world, -1, "0", "0")],
        "unknown": [entry_row, legs.replace("'cash'", "'petty_cash'")],
    }[case]
    with pytest.raises(DatabaseError), transaction.atomic():
        write(statements=statements, actor=actor, at=at)
    write(statements=[entry_row, legs], actor=actor, at=at)
    with pytest.raises(DatabaseError), transaction.atomic():
        write(statements=[legs], actor=actor, at=at)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_posting SET amount = amount",
        "UPDATE ledger_entry SET narration = 'x'",
        "DELETE FROM ledger_posting",
    ],
)
def test_entries_and_postings_never_change(world: World, actor: Actor, at: datetime, statement: str) -> None:
    post_entries(
        entries=[entry(world, at, leg(G.CASH, "1.00"), leg(G.REVENUE_GOODS, "-1.00"))], actor=actor, at=at
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        write(statements=[statement], actor=actor, at=at)
    with acting(actor):
        assert [e.narration for e in Entry.objects.all()] == ["试记"]


def test_two_that_draw_on_one_deposit_at_once_never_overdraw_it(
    committed_db: World, actor: Actor, at: datetime
) -> None:
    (account,) = accounts(committed_db, actor, at, 1)
    deposit = entry(committed_db, at, leg(G.CASH, "100.00"), leg(G.CUSTOMER_DEPOSIT, "-100.00", account))
    post_entries(entries=[deposit], actor=actor, at=at)
    results: list[str] = []
    gate = threading.Barrier(6)

    def draw(index: int) -> None:
        use = entry(
            committed_db,
            at,
            leg(G.CUSTOMER_DEPOSIT, "40.00", account),
            leg(G.RECEIVABLE, "-40.00", account),
            source_id=f"use{index}",
        )
        gate.wait()
        try:
            post_entries(entries=[use], actor=actor, at=at)
            results.append("used")
        except Refused as refused:
            results.extend(refusal.code for refusal in refused.refusals)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=draw, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["ledger.overdrawn"] * 4 + ["used"] * 2
    with acting(actor):
        assert queries.customer_deposits([account]) == {account: Decimal("20.00")}
        assert broken() == []
