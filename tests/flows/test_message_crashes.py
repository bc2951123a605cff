"""A worker is killed between handing a message over and recording it; two workers share one queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from django.db import connections

from tests import smsc
from tests.flows.test_crashes import others_are_gone
from tests.operations.test_messages import SECRET, text
from tests.smsc import Smsc, Submitted
from tests.support import kill, program, wait_until, waits_for_a_lock
from tests.world import World
from trunkline.messaging.queries import find_messages
from trunkline.messaging.rules import LEASE
from trunkline.messaging.types import MessageState, MessageView, Purpose, Trouble
from trunkline.security.audit import acting
from trunkline.security.types import Actor


def views(actor: Actor) -> tuple[MessageView, ...]:
    with acting(actor):
        return find_messages(limit=1000)


def all_in(actor: Actor, *states: MessageState) -> bool:
    return {view.state for view in views(actor)} <= set(states)


def owner() -> psycopg.Connection[tuple[object, ...]]:
    """A session of the schema's owner, whom row-level security does not bind."""
    found = connections["owner"].settings_dict
    return psycopg.connect(
        dbname=found["NAME"],
        user=found["USER"],
        password=found["PASSWORD"],
        host=found["HOST"],
        port=found["PORT"] or None,
    )


def kill_after_arrival(centre: Smsc, nth: int, clock: Path) -> Submitted:
    """Kill a worker when its `nth` message has arrived and been accepted, but cannot be recorded yet."""
    with owner() as session:

        def hold(_: Submitted) -> int:
            session.execute("SELECT 1 FROM messaging_outgoingmessage WHERE state = 'sending' FOR UPDATE")
            return smsc.OK

        centre.reactions = [*smsc.answers(*[smsc.OK] * (nth - 1)), hold]
        environment = {"TRUNKLINE_SMPP_URL": centre.url, "TRUNKLINE_CLOCK_FILE": str(clock)}
        with program("worker", **environment) as worker:
            wait_until(waits_for_a_lock, what="the worker waiting to record what it has sent")
            kill(worker)
        session.rollback()
    wait_until(others_are_gone, what="the killed worker's session ending")
    return centre.arrived[-1]


def go_on(centre: Smsc, clock: Path, actor: Actor) -> None:
    """Let another worker finish."""
    done = (MessageState.SENT, MessageState.FAILED)
    environment = {"TRUNKLINE_SMPP_URL": centre.url, "TRUNKLINE_CLOCK_FILE": str(clock)}
    with program("worker", **environment):
        wait_until(lambda: all_in(actor, *done), what="every message being sent or failed")


def test_of_a_killed_workers_messages_only_the_one_in_flight_is_in_doubt(
    committed_db: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    clock.write_text(at.isoformat())
    text(committed_db, actor, at, count=6)
    with smsc.smsc() as centre:
        in_doubt = kill_after_arrival(centre, 3, clock)
        assert sorted(view.state for view in views(actor)) == sorted(
            [MessageState.SENT] * 2 + [MessageState.SENDING] + [MessageState.WAITING] * 3
        )
        clock.write_text((at + LEASE).isoformat())
        go_on(centre, clock, actor)
        assert len({arrived.to for arrived in centre.arrived}) == len(centre.arrived) == 6
    # The reader of a notice is not told twice; that it may have been lost stands where people look.
    failed = [view for view in views(actor) if view.state is MessageState.FAILED]
    assert [view.trouble for view in failed] == [Trouble.NO_ANSWER]
    assert failed[0].recipient.endswith(in_doubt.to[-4:])


def test_a_password_in_doubt_is_sent_again_the_same(
    committed_db: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    clock.write_text(at.isoformat())
    text(committed_db, actor, at, secret=True)
    with smsc.smsc() as centre:
        kill_after_arrival(centre, 1, clock)
        clock.write_text((at + LEASE).isoformat())
        go_on(centre, clock, actor)
        assert [arrived.words for arrived in centre.arrived] == [SECRET, SECRET]
    (view,) = views(actor)
    assert (view.state, view.purpose, view.tries) == (MessageState.SENT, Purpose.SERVICE_PASSWORD, 2)


def test_two_workers_never_send_one_message_twice(
    committed_db: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    clock.write_text((at + timedelta(seconds=1)).isoformat())
    text(committed_db, actor, at, count=200)
    with smsc.smsc() as centre:
        environment = {"TRUNKLINE_SMPP_URL": centre.url, "TRUNKLINE_CLOCK_FILE": str(clock)}
        with owner() as session:
            # Nobody takes a message before both workers stand at the queue.
            session.execute("LOCK TABLE messaging_outgoingmessage IN EXCLUSIVE MODE")
            with program("worker", **environment), program("worker", **environment):
                wait_until(lambda: _waiting(session) >= 2, what="both workers waiting for the queue")
                session.rollback()
                wait_until(lambda: all_in(actor, MessageState.SENT), what="every message being sent")
        assert centre.binds == 2
        assert len({arrived.to for arrived in centre.arrived}) == len(centre.arrived) == 200


def _waiting(session: psycopg.Connection[tuple[object, ...]]) -> int:
    row = session.execute(
        "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted "
        "AND relation = 'messaging_outgoingmessage'::regclass"
    ).fetchone()
    assert row is not None
    return int(str(row[0]))
