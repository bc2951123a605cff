"""SIGKILL in the middle: nothing is half done, nothing is there twice, and the work finishes.

Each test makes the worker wait for a lock in the midst of its transaction, kills it there, and starts another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from django.db import connection

from tests.signing import installation, member_rows, signed_agreement
from tests.support import kill, program, wait_until, waits_for_a_lock
from tests.world import World
from trunkline.agreements import queries as agreements
from trunkline.billing.queries import find_bills
from trunkline.counter import desk
from trunkline.kernel import clock
from trunkline.kernel.periods import Month
from trunkline.ledger.queries import trial_balance
from trunkline.ordering.queries import order
from trunkline.ordering.types import OrderState
from trunkline.runs import billrun
from trunkline.runs.types import RunState
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import count_lines

AT = datetime(2026, 9, 12, 2, 0, tzinfo=UTC)
MEMBERS = 60


@contextmanager
def held(statement: str) -> Iterator[None]:
    """Another session, as the schema's owner, that holds the locks of `statement` until the block ends."""
    from django.db import connections

    found = connections["owner"].settings_dict
    with psycopg.connect(
        dbname=found["NAME"],
        user=found["USER"],
        password=found["PASSWORD"],
        host=found["HOST"],
        port=found["PORT"] or None,
    ) as session:
        session.execute(statement)  # type: ignore[call-overload]
        yield
        session.rollback()


def others_are_gone() -> bool:
    """Whether no other session of the serving role is at work on this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
            "AND pid <> pg_backend_pid()"
        )
        row = cursor.fetchone()
    return bool(row and row[0] == 0)


def place(world: World, actor: Actor, clerk: Actor, at: datetime) -> tuple[int, int, int]:
    """Organisation, agreement and order id of a 60-line order that waits to be carried out."""
    bank = world.organizations["HF"][0]
    agreement_id = signed_agreement(bank, member_rows(MEMBERS), actor=actor, at=at)
    view = desk.place(request=installation(world, agreement_id, bank), actor=clerk, at=at)
    return bank, agreement_id, view.id


def test_a_killed_worker_leaves_no_half_connected_order_and_the_next_one_finishes_it(
    committed_db: World, actor: Actor, make_actor: Callable[..., Actor]
) -> None:
    clerk = make_actor(role="clerk", branch="HF")
    bank, agreement_id, order_id = place(committed_db, actor, clerk, clock.now())

    def state() -> OrderState:
        with acting(actor):
            return order(order_id).state

    with held("SELECT 1 FROM agreements_member FOR UPDATE"), program("worker") as worker:
        wait_until(waits_for_a_lock, what="the worker waiting inside its transaction")
        kill(worker)
    wait_until(others_are_gone, what="the killed worker's session ending")
    with acting(actor):
        assert order(order_id).state is OrderState.ACKNOWLEDGED
        assert sum(count_lines(bank).values()) == 0
        assert agreements.agreement(agreement_id).connected == 0
    with program("worker"):
        wait_until(lambda: state() is OrderState.COMPLETED, what="the order completing")
    with acting(actor):
        assert sum(count_lines(bank).values()) == MEMBERS
        assert agreements.agreement(agreement_id).connected == MEMBERS


def test_a_killed_bill_run_bills_nothing_twice_and_the_next_one_closes_it(
    committed_db: World, actor: Actor, make_actor: Callable[..., Actor]
) -> None:
    _, _, order_id = place(committed_db, actor, make_actor(role="clerk", branch="HF"), AT)
    desk.execute(order_id=order_id, actor=actor, at=AT)
    month = Month(2026, 9)
    with (
        held("LOCK TABLE ledger_posting IN EXCLUSIVE MODE"),
        program("bill", "run", str(month)) as run,
    ):
        wait_until(waits_for_a_lock, what="the run waiting inside a part")
        kill(run)
    wait_until(others_are_gone, what="the killed run's session ending")
    with acting(actor):
        assert find_bills(month=month) == ()
        assert billrun.bill_run(month).state is RunState.OPEN
    with program("bill", "run", str(month)) as again:
        assert again.wait(timeout=60) == 0
    with acting(actor):
        bills = find_bills(month=month, limit=1000)
        assert len({bill.account_id for bill in bills}) == len(bills) == MEMBERS
        assert billrun.bill_run(month).state is RunState.CLOSED
        assert sum(trial_balance().values()) == 0
