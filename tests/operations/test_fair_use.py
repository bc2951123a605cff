"""The data cap on a real database: counted as usage comes in, told, barred, opened by the month (P2-14 … P2-16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.lines import Connected, connect
from tests.signing import member_rows, signed_agreement
from tests.world import World
from trunkline.agreements.operations import link_members
from trunkline.agreements.queries import connectable_members
from trunkline.agreements.rules.fair_use import BARS_DATA, GIGABYTE, TOLD_SHARES
from trunkline.catalog.operations import set_parameter
from trunkline.catalog.parameters import Parameter
from trunkline.interfaces.cli import cli
from trunkline.interfaces.jobs import upkeep
from trunkline.kernel import clock
from trunkline.kernel.periods import Month
from trunkline.rating.queries import data_used
from trunkline.runs.checks import CHECKS
from trunkline.runs.fair_use import SOURCE, DataCounted, count_new_data, data_standing
from trunkline.runs.intake import take_usage_file
from trunkline.security.audit import acting
from trunkline.security.types import Actor
from trunkline.subscriptions.operations import (
    change_numbers,
    close_services,
    lift_stops,
    open_services,
    reopen_data,
    stop_lines,
)
from trunkline.subscriptions.queries import lines
from trunkline.subscriptions.types import LineView, ServiceCode, StopCause

HEADER = "source,record_id,line_number,kind,direction,started_at,quantity,zone,other_party"
MB = 1024**2
#: Data cap of 6 GB, as of every 3G plan of the tests' world.
PLAN = "3G-46"
NOTHING = DataCounted(0, 0, 0, 0)


@pytest.fixture(autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of usage of its own for each test, since the database of most is rolled back."""
    var = tmp_path_factory.mktemp("var")
    monkeypatch.setattr(settings, "TRUNKLINE_VAR", var)
    return var


class Sessions:
    """Data sessions that end one after the other and come in a file each round."""

    def __init__(self, folder: Path, actor: Actor) -> None:
        self.folder, self.actor, self.made = folder, actor, 0

    def come(self, at: datetime, *used: tuple[str, int, datetime], kind: str = "data") -> DataCounted:
        """A file with sessions (number, bytes, beginning) comes in and is counted."""
        rows = []
        for number, volume, began in used:
            self.made += 1
            rows.append(f"GGSN,{self.made},{number},{kind},mo,{began.isoformat()},{volume},local,")
        path = self.folder / f"usage-{self.made}.csv"
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        taken = take_usage_file(path=path, actor=self.actor, at=at)
        assert taken.accepted == len(used), taken
        return count_new_data(actor=self.actor, at=at)


@pytest.fixture
def sessions(own_store: Path, actor: Actor) -> Sessions:
    return Sessions(own_store, actor)


def line_of(actor: Actor, connected: Connected) -> LineView:
    with acting(actor):
        return lines([connected.line_id])[connected.line_id]


def messages(actor: Actor, number: str) -> list[str]:
    """What a number was sent, the oldest first."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.body FROM messaging_outgoingmessage m JOIN messaging_messagecontent c ON c.message_id = m.id "
            "WHERE m.recipient = %s AND m.source = %s ORDER BY m.id",
            [number, SOURCE],
        )
        return [str(body) for (body,) in cursor.fetchall()]


def broken(actor: Actor, at: datetime) -> list[str]:
    with acting(actor), clock.at_time(at):
        return [f"{check.code}: {place}" for check in CHECKS for place in check.find()]


def test_a_session_that_passes_the_cap_runs_to_its_end_bars_data_and_is_told(
    world: World, actor: Actor, at: datetime, sessions: Sessions
) -> None:
    """5.9 GB, then a session of 0.4 GB: barred when it is over, with 6.3 GB used (domain 2.2)."""
    (one,) = connect(world, actor, at - timedelta(days=5), 1, plan=PLAN)
    first = sessions.come(at, (one.number, 59 * GIGABYTE // 10, at - timedelta(hours=2)))
    assert first == DataCounted(files=1, lines=1, told=1, barred=0)
    assert line_of(actor, one).stop_causes == ()
    assert messages(actor, one.number) == [
        "您本月已使用上网流量5.90GB，流量封顶额度为6GB，已达到封顶额度的80%。"
    ]
    later = at + timedelta(minutes=5)
    assert sessions.come(later, (one.number, 4 * GIGABYTE // 10, at)) == DataCounted(1, 1, 1, 1)
    line = line_of(actor, one)
    assert line.stop_causes == (StopCause.DATA_CAP,)
    assert line.is_served
    with acting(actor):
        standing = data_standing(line, later)
    assert (standing.used, standing.cap, standing.percent) == (
        59 * GIGABYTE // 10 + 4 * GIGABYTE // 10,
        6 * GIGABYTE,
        104,
    )
    assert (standing.barred_since, standing.reopens_at) == (later, Month.of(at).end)
    assert messages(actor, one.number)[1] == (
        "您本月已使用上网流量6.30GB，流量封顶额度为6GB，已达到封顶额度，本月上网功能已暂停，下月1日0时自动恢复。"
    )
    assert broken(actor, at) == []


@pytest.mark.parametrize(
    ("volume", "barred"), [(6 * GIGABYTE - 1, 0), (6 * GIGABYTE, 1), (6 * GIGABYTE + 1, 1)]
)
def test_reaching_the_cap_is_enough(
    world: World, actor: Actor, at: datetime, sessions: Sessions, volume: int, barred: int
) -> None:
    (one,) = connect(world, actor, at - timedelta(days=5), 1, plan=PLAN)
    assert sessions.come(at, (one.number, volume, at)).barred == barred


def test_a_file_is_counted_once_and_only_data_counts(
    world: World, actor: Actor, at: datetime, sessions: Sessions
) -> None:
    (one,) = connect(world, actor, at - timedelta(days=5), 1, plan=PLAN)
    sessions.come(at, (one.number, 5, at), (one.number, 7, at))
    sessions.come(at, (one.number, 60, at), kind="voice")
    with acting(actor):
        assert data_used(Month.of(at)) == {one.line_id: 12}
    assert count_new_data(actor=actor, at=at) == NOTHING
    with acting(actor):
        assert data_used(Month.of(at)) == {one.line_id: 12}


def test_an_earlier_months_usage_that_comes_late_counts_there_and_bars_nothing(
    world: World, actor: Actor, at: datetime, sessions: Sessions
) -> None:
    last = Month.of(at).next(-1)
    (one,) = connect(world, actor, last.start, 1, plan=PLAN)
    late = sessions.come(at, (one.number, 9 * GIGABYTE, last.end - timedelta(seconds=1)))
    assert late == DataCounted(files=1, lines=1, told=0, barred=0)
    sessions.come(at, (one.number, MB, last.end))
    with acting(actor):
        assert data_used(last) == {one.line_id: 9 * GIGABYTE}
        assert data_used(Month.of(at)) == {one.line_id: MB}
    assert broken(actor, at) == []


def test_usage_counts_for_the_line_that_held_the_number_when_it_began(
    world: World, actor: Actor, at: datetime, sessions: Sessions
) -> None:
    begun = Month.of(at).start
    one, other = connect(world, actor, begun, 2, plan=PLAN)
    change_numbers(changes={one.line_id: "18655100900"}, actor=actor, at=begun + timedelta(days=1))
    sessions.come(
        at,
        (one.number, 10, begun + timedelta(hours=1)),
        (one.number, 100, begun + timedelta(days=2)),
        ("18655100900", 1000, begun + timedelta(days=2)),
        (other.number, 10_000, begun),
    )
    with acting(actor):
        assert data_used(Month.of(at)) == {one.line_id: 1010, other.line_id: 10_000}


def test_the_agreements_cap_goes_before_the_plans(
    world: World, actor: Actor, at: datetime, sessions: Sessions
) -> None:
    joined = at - timedelta(days=5)
    one, other = connect(world, actor, joined, 2, plan=PLAN)
    agreement = signed_agreement(world.organizations["HF"][0], member_rows(1), actor=actor, at=joined)
    with acting(actor):
        (member,) = connectable_members(agreement)
    link_members(pairs=[(member.id, one.line_id)], actor=actor, at=joined)
    with transaction.atomic(), acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('trunkline.operation', id::text, true) FROM security_auditoperation LIMIT 1"
        )
        cursor.execute("UPDATE agreements_agreement SET data_cap_gb = 2 WHERE id = %s", [agreement])
    done = sessions.come(at, (one.number, 2 * GIGABYTE, at), (other.number, 2 * GIGABYTE, at))
    assert done.barred == 1
    assert line_of(actor, one).stop_causes == (StopCause.DATA_CAP,)
    assert line_of(actor, other).stop_causes == ()


def set_from_today(parameter: Parameter[Any], value: str, actor: Actor, at: datetime) -> None:
    set_parameter(
        parameter=parameter, value=value, valid_from=at.date(), reference="通知1号", actor=actor, at=at
    )


def test_whether_to_bar_and_what_to_tell_are_parameters(
    world: World, actor: Actor, at: datetime, sessions: Sessions
) -> None:
    (one,) = connect(world, actor, at - timedelta(days=5), 1, plan=PLAN)
    set_from_today(BARS_DATA, "off", actor, at)
    set_from_today(TOLD_SHARES, "90,100", actor, at)
    assert sessions.come(at, (one.number, 5 * GIGABYTE, at)).told == 0
    assert sessions.come(at, (one.number, GIGABYTE, at)) == DataCounted(1, 1, 1, 0)
    assert line_of(actor, one).stop_causes == ()
    assert messages(actor, one.number) == [
        "您本月已使用上网流量6.00GB，流量封顶额度为6GB，已达到封顶额度，超出的流量按您的套餐计费。"
    ]


def test_each_share_is_told_once(world: World, actor: Actor, at: datetime, sessions: Sessions) -> None:
    (one,) = connect(world, actor, at - timedelta(days=5), 1, plan=PLAN)
    rounds = [sessions.come(at, (one.number, GIGABYTE, at)).told for _ in range(8)]
    assert rounds == [0, 0, 1, 0, 1, 1, 0, 0]


def test_the_bar_opens_in_the_months_first_instant_and_other_causes_stay(
    world: World, actor: Actor, at: datetime, sessions: Sessions
) -> None:
    one, other = connect(world, actor, at - timedelta(days=5), 2, plan=PLAN)
    open_services(line_ids=[one.line_id], service=ServiceCode.INTERNATIONAL_CALLS, actor=actor, at=at)
    sessions.come(at, (one.number, 7 * GIGABYTE, at), (other.number, 7 * GIGABYTE, at))
    later = at + timedelta(hours=1)
    close_services(line_ids=[one.line_id], service=ServiceCode.INTERNATIONAL_CALLS, actor=actor, at=later)
    stop_lines(line_ids=[other.line_id], cause=StopCause.LOSS, actor=actor, at=later)
    end = Month.of(at).end
    assert reopen_data(actor=actor, at=end - timedelta(seconds=1)) == 0
    assert reopen_data(actor=actor, at=end + timedelta(seconds=17)) == 2
    assert reopen_data(actor=actor, at=end + timedelta(seconds=18)) == 0
    assert line_of(actor, one).stop_causes == ()
    assert line_of(actor, one).services == ()
    assert line_of(actor, other).stop_causes == (StopCause.LOSS,)
    with acting(actor), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT until FROM subscriptions_linestop WHERE cause = 'data_cap'")
        assert cursor.fetchall() == [(end,)]


def test_the_worker_opens_the_month_and_counts_what_came_in(
    world: World, actor: Actor, at: datetime, sessions: Sessions
) -> None:
    (one,) = connect(world, actor, at - timedelta(days=5), 1, plan=PLAN)
    sessions.come(at, (one.number, 7 * GIGABYTE, at))
    after = Month.of(at).end + timedelta(seconds=2)
    path = sessions.folder / "next.csv"
    path.write_text(f"{HEADER}\nGGSN,n1,{one.number},data,mo,{after.isoformat()},6442450944,local,\n")
    take_usage_file(path=path, actor=actor, at=after)
    with clock.at_time(after):
        upkeep.mind_the_data_caps()
    with acting(actor):
        standing = data_standing(lines([one.line_id])[one.line_id], after)
    assert (standing.month, standing.used, standing.barred_since) == (Month.of(after), 6 * GIGABYTE, after)


def test_a_counter_never_falls(world: World, actor: Actor, at: datetime, sessions: Sessions) -> None:
    (one,) = connect(world, actor, at - timedelta(days=5), 1, plan=PLAN)
    sessions.come(at, (one.number, 5, at))
    with (
        pytest.raises(DatabaseError, match="only grows"),
        transaction.atomic(),
        acting(actor),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE rating_datamonth SET used = used - 1")


def test_the_command_tells_how_a_number_stands(committed_db: World, actor: Actor, sessions: Sessions) -> None:
    at = clock.now()
    (one,) = connect(committed_db, actor, at - timedelta(minutes=5), 1, plan=PLAN)
    sessions.come(at, (one.number, 3 * GIGABYTE, at - timedelta(minutes=1)))
    done = CliRunner().invoke(cli, ["usage", "data", one.number, "--json"])
    assert done.exit_code == 0, done.output
    assert f'"used": {3 * GIGABYTE}' in done.stdout
    assert f'"cap": {6 * GIGABYTE}' in done.stdout
    refused = CliRunner().invoke(cli, ["usage", "data", "18600000000"])
    assert refused.exit_code == 2


@examples(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    volumes=st.lists(st.integers(0, 4 * GIGABYTE), min_size=1, max_size=3),
    causes=st.sets(st.sampled_from([StopCause.LOSS, StopCause.VOLUNTARY, StopCause.CREDIT_TWOWAY])),
    lifted=st.booleans(),
)
def test_whatever_else_stops_a_line_its_data_opens_with_the_month(
    world: World,
    actor: Actor,
    at: datetime,
    sessions: Sessions,
    volumes: Sequence[int],
    causes: set[StopCause],
    lifted: bool,
) -> None:
    with transaction.atomic():
        (one,) = connect(world, actor, at - timedelta(days=5), 1, plan=PLAN)
        for volume in volumes:
            sessions.come(at, (one.number, volume, at))
        reached = sum(volumes) >= 6 * GIGABYTE
        assert (StopCause.DATA_CAP in line_of(actor, one).stop_causes) is reached
        for cause in causes:
            stop_lines(line_ids=[one.line_id], cause=cause, actor=actor, at=at + timedelta(hours=1))
        if lifted and StopCause.LOSS in causes:
            lift_stops(line_ids=[one.line_id], cause=StopCause.LOSS, actor=actor, at=at + timedelta(hours=2))
            causes = causes - {StopCause.LOSS}
        assert reopen_data(actor=actor, at=Month.of(at).end) == int(reached)
        assert set(line_of(actor, one).stop_causes) == causes
        transaction.set_rollback(True)
