"""Usage files on a real database: the counts always add up, and nothing is taken twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction

from tests.support import snapshot
from tests.world import World
from trunkline.interfaces.cli import cli
from trunkline.interfaces.jobs import upkeep
from trunkline.kernel import clock
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refused
from trunkline.rating import queries, store
from trunkline.rating.checks import CHECKS
from trunkline.rating.operations import LONGEST_RECORD, record_usage_file
from trunkline.rating.types import IntakeCounts, StoredPart
from trunkline.runs import intake
from trunkline.runs.intake import clean_store, scan_inbox, take_usage_file
from trunkline.security.audit import acting
from trunkline.security.models import AuditOperation
from trunkline.security.types import Actor

HEADER = "source,record_id,line_number,kind,direction,started_at,quantity,zone,other_party"
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)


@pytest.fixture(autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of its own for each test: the database of most is rolled back, the files would stay."""
    monkeypatch.setattr(settings, "TRUNKLINE_VAR", tmp_path_factory.mktemp("var"))


def row(
    record_id: str,
    *,
    at: str = "2026-10-05T10:00:00+08:00",
    number: str = "18655100001",
    quantity: object = 60,
) -> str:
    return f"MSC,{record_id},{number},voice,mo,{at},{quantity},local,10000000001"


def file(folder: Path, rows: Sequence[str], name: str = "usage.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def broken() -> list[str]:
    return [f"{check.code}: {place}" for check in CHECKS for place in check.find()]


def on_disk() -> tuple[str, ...]:
    return store.stored_parts(queries.store_root())


def test_a_file_is_taken_in_by_month_and_its_counts_add_up(
    world: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    rows = [
        row("1"),
        row("2"),
        row("2"),
        row("3", at="2026-11-01T00:00:00+08:00"),
        row("4", quantity=-1),
        "nonsense",
    ]
    result = take_usage_file(path=file(tmp_path, rows), actor=actor, at=at)
    assert (result.records, result.accepted, result.duplicates, result.rejected) == (6, 3, 1, 2)
    assert result.reasons == {"bad_quantity": 1, "bad_row": 1, "duplicate_in_file": 1}
    assert not result.already_taken
    assert [(p.month, p.records) for p in queries.parts(OCTOBER)] == [(OCTOBER, 2)]
    assert [p.records for p in queries.parts(NOVEMBER)] == [1]
    (listed,) = queries.usage_files()
    assert listed == queries.usage_file(result.file_id) == queries.usage_file_by_sha256(listed.sha256)
    assert (listed.name, listed.records) == ("usage.csv", 6)
    assert [(r.row_number, r.reason, r.field) for r in queries.rejects(listed.id)] == [
        (4, "duplicate_in_file", "record_id"),
        (6, "bad_quantity", "quantity"),
        (7, "bad_row", ""),
    ]
    assert queries.reject_reasons(listed.id) == result.reasons
    assert broken() == []


def test_the_same_file_is_not_taken_twice(world: World, actor: Actor, at: datetime, tmp_path: Path) -> None:
    first = take_usage_file(path=file(tmp_path, [row("1"), "x"]), actor=actor, at=at)
    again = take_usage_file(path=file(tmp_path, [row("1"), "x"], "other-name.csv"), actor=actor, at=at)
    assert again.already_taken
    assert (again.file_id, again.records, again.accepted, again.rejected) == (first.file_id, 2, 1, 1)
    assert len(queries.usage_files()) == 1


def test_a_record_is_taken_once_over_all_files_and_over_the_end_of_a_month(
    world: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    take_usage_file(path=file(tmp_path, [row("1"), row("2")]), actor=actor, at=at)
    later = take_usage_file(
        path=file(tmp_path, [row("2", at="2026-11-03T00:00:00+08:00"), row("3"), row("1", quantity=61)]),
        actor=actor,
        at=at,
    )
    assert (later.records, later.accepted, later.duplicates, later.rejected) == (3, 1, 2, 0)
    assert later.reasons == {"duplicate_of_earlier": 2}
    assert sum(p.records for p in queries.parts()) == 3
    only_old = take_usage_file(path=file(tmp_path, [row("3"), row("2")]), actor=actor, at=at)
    assert (only_old.accepted, only_old.duplicates) == (0, 2)
    assert broken() == []


def test_a_record_of_an_earlier_month_is_still_known_when_it_comes_again(
    world: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    march = [row(str(n), at="2026-03-31T23:59:59+08:00") for n in range(3)]
    take_usage_file(path=file(tmp_path, march), actor=actor, at=at)
    for month in range(4, 10):
        take_usage_file(
            path=file(tmp_path, [row(f"m{month}", at=f"2026-{month:02d}-05T10:00:00+08:00")]),
            actor=actor,
            at=at,
        )
    mixed = [row("new", at="2026-10-05T10:00:00+08:00"), *march, row("m7", at="2026-07-05T10:00:00+08:00")]
    later = take_usage_file(path=file(tmp_path, mixed), actor=actor, at=at)
    assert (later.accepted, later.duplicates, later.rejected) == (1, 4, 0)
    assert broken() == []


@pytest.mark.parametrize(
    ("began", "again"),
    [
        ("2026-09-01T00:00:00+08:00", True),
        ("2026-10-31T23:59:59+08:00", True),
        ("2026-11-30T23:59:59+08:00", True),
        ("2026-08-31T23:59:59+08:00", False),
        ("2026-12-01T00:00:00+08:00", False),
    ],
)
def test_an_id_is_compared_within_its_month_and_the_neighbours(
    world: World, actor: Actor, at: datetime, tmp_path: Path, began: str, again: bool
) -> None:
    take_usage_file(path=file(tmp_path, [row("1")]), actor=actor, at=at)
    later = take_usage_file(path=file(tmp_path, [row("1", at=began)]), actor=actor, at=at)
    assert (later.duplicates, later.accepted) == ((1, 0) if again else (0, 1))


def test_what_a_file_is_compared_with_does_not_grow_with_history(
    world: World, actor: Actor, at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    find = intake.find_duplicates

    def watched(candidates: Path, accepted: Sequence[Path], *, workdir: Path) -> object:
        opened.extend(sorted({path.parts[-3] for path in accepted}))
        return find(candidates, accepted, workdir=workdir)

    monkeypatch.setattr(intake, "find_duplicates", watched)
    for month in range(1, 12):
        began = f"2026-{month:02d}-01T00:00:00+08:00"
        take_usage_file(path=file(tmp_path, [row(f"m{month}", at=began)]), actor=actor, at=at)
    opened.clear()
    # The first instant of May in China is still April in UTC.
    rows = [row("a", at="2026-04-30T16:00:00Z"), row("b", at="2026-11-30T23:59:59+08:00")]
    take_usage_file(path=file(tmp_path, rows), actor=actor, at=at)
    assert opened == ["month=2026-04", "month=2026-05", "month=2026-06", "month=2026-10", "month=2026-11"]


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "\x00\x01", HEADER + "\n" + "x" * 70000 + "\n"])
def test_what_is_no_usage_file_is_refused_and_nothing_changes(
    world: World, actor: Actor, at: datetime, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(content, encoding="utf-8")
    before, files = snapshot(), on_disk()
    with pytest.raises(Refused):
        take_usage_file(path=path, actor=actor, at=at)
    assert (snapshot(), on_disk()) == (before, files)


def test_a_file_without_rows_is_taken_with_nothing_in_it(
    world: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    result = take_usage_file(path=file(tmp_path, []), actor=actor, at=at)
    assert (result.records, result.accepted) == (0, 0)
    assert broken() == []


def test_only_the_beginning_of_a_rejected_row_is_kept(
    world: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    result = take_usage_file(path=file(tmp_path, ["字" * 20000]), actor=actor, at=at)
    (reject,) = queries.rejects(result.file_id)
    assert reject.record == "字" * LONGEST_RECORD


def test_taking_usage_needs_the_permission(
    world: World, make_actor: Callable[..., Actor], at: datetime, tmp_path: Path
) -> None:
    with pytest.raises(Refused) as refused:
        take_usage_file(path=file(tmp_path, [row("1")]), actor=make_actor(role="clerk", branch="HF"), at=at)
    assert [r.code for r in refused.value.refusals] == ["permission.missing"]


def test_an_intake_leaves_its_audit_row(world: World, actor: Actor, at: datetime, tmp_path: Path) -> None:
    take_usage_file(path=file(tmp_path, [row("1")]), actor=actor, at=at)
    taken = AuditOperation.objects.get(verb="usage.take")
    assert taken.arguments["name"] == "usage.csv"
    assert str(tmp_path) not in str(taken.arguments)


def test_a_failure_between_the_store_and_the_listing_leaves_nothing(
    world: World, actor: Actor, at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file(tmp_path, [row("1"), row("2")])
    before, files = snapshot(), on_disk()

    def fail(**_: object) -> int:
        assert len(on_disk()) == len(files) + 1
        raise DatabaseError("the connection is gone")

    with monkeypatch.context() as patch:
        patch.setattr(intake, "record_usage_file", fail)
        with pytest.raises(DatabaseError):
            take_usage_file(path=path, actor=actor, at=at)
    assert (snapshot(), on_disk()) == (before, files)
    assert take_usage_file(path=path, actor=actor, at=at).accepted == 2


def test_what_a_killed_intake_left_in_the_store_does_not_count_and_can_be_cleaned_away(
    world: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    path = file(tmp_path, [row("1"), row("2")])
    usage = intake.read_usage(path, workdir=tmp_path)
    left = store.write_parts(queries.store_root(), usage.candidates, file_id="killed")
    result = take_usage_file(path=path, actor=actor, at=at)
    assert (result.accepted, result.duplicates) == (2, 0)
    assert left[0].path not in {part.path for part in queries.parts()}
    gone = clean_store(actor=actor, at=datetime.fromisoformat("2100-01-01T00:00:00+00:00"))
    assert left[0].path in gone
    assert set(on_disk()) == {part.path for part in queries.parts()}
    assert broken() == []


def leave_something(folder: Path, rows: Sequence[str], name: str = "killed") -> str:
    """What an intake leaves in the store that is killed before it lists its part; returns the path."""
    usage = intake.read_usage(file(folder, rows, f"{name}.csv"), workdir=folder)
    (left,) = store.write_parts(queries.store_root(), usage.candidates, file_id=name)
    return left.path


def cleanings(actor: Actor) -> int:
    with acting(actor):
        return AuditOperation.objects.filter(verb="usage.clean").count()


def test_the_worker_tidies_the_store_when_it_starts_and_once_a_day(
    world: World, actor: Actor, at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_tidied", None)
    take_usage_file(path=file(tmp_path, [row("1")]), actor=actor, at=at)
    listed, start = set(on_disk()), datetime.fromisoformat("2100-01-01T00:00:00+00:00")
    leave_something(tmp_path, [row("2")])
    aside = queries.store_root() / ".incoming" / "killed-x"
    aside.mkdir(parents=True)
    (aside / "part.parquet").write_bytes(b"PAR1")
    for hours, gone, cleaned in ((0, True, 1), (1, False, 1), (23, False, 1), (24, True, 2), (50, True, 3)):
        with clock.at_time(start + timedelta(hours=hours)):
            upkeep.end_what_is_over()
        assert (set(on_disk()) == listed) is gone
        assert cleanings(actor) == cleaned
        leave_something(tmp_path, [row(f"x{hours}")], f"killed-{hours}")
    assert not aside.exists()


def test_a_tidy_store_is_looked_at_and_leaves_no_audit_row(
    world: World, actor: Actor, at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_tidied", None)
    take_usage_file(path=file(tmp_path, [row("1")]), actor=actor, at=at)
    with clock.at_time(at):
        upkeep.end_what_is_over()
    assert cleanings(actor) == 0
    assert set(on_disk()) == {part.path for part in queries.parts()}


def test_the_store_is_tidied_from_the_command_line(
    world: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    take_usage_file(path=file(tmp_path, [row("1")]), actor=actor, at=at)
    listed, left = set(on_disk()), leave_something(tmp_path, [row("2")])
    with clock.at_time(datetime.fromisoformat("2100-01-01T00:00:00+00:00")):
        refused = CliRunner().invoke(cli, ["--as", "hf.clerk", "usage", "tidy"])
        assert (refused.exit_code, left in on_disk()) == (2, True)
        done = CliRunner().invoke(cli, ["--as", "billing", "usage", "tidy"], env={"TRUNKLINE_LANGUAGE": "en"})
        again = CliRunner().invoke(cli, ["usage", "tidy", "--json"])
    assert (done.exit_code, again.exit_code) == (0, 0), done.output
    assert "Removed" in done.stdout
    assert left in done.stdout
    assert again.stdout.strip() == "[]"
    assert set(on_disk()) == listed


def test_two_intakes_at_once_let_no_duplicate_through(
    committed_db: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    shared = [row(str(n)) for n in range(40)]
    paths = [file(tmp_path, [*shared, row(f"own-{n}")], f"{n}.csv") for n in range(4)]
    results: list[tuple[int, int]] = []
    gate = threading.Barrier(len(paths))

    def take(path: Path) -> None:
        gate.wait()
        try:
            result = take_usage_file(path=path, actor=actor, at=at)
            results.append((result.accepted, result.duplicates))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [(1, 40)] * 3 + [(41, 0)]
    with acting(actor):
        assert sum(part.records for part in queries.parts()) == 44
        assert broken() == []


def test_the_inbox_is_taken_in_and_every_file_goes_where_it_belongs(
    world: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    file(tmp_path, [row("1")], "a.csv")
    file(tmp_path, [row("2")], "b.csv")
    (tmp_path / "c.csv").write_text("wrong,columns\n1,2\n", encoding="utf-8")
    file(tmp_path, [row("3")], "unfinished.csv.part")
    file(tmp_path, [row("4")], ".hidden.csv")
    results = scan_inbox(folder=tmp_path, actor=actor, at=at)
    assert [(r.name, r.accepted, r.refusal is None) for r in results] == [
        ("a.csv", 1, True),
        ("b.csv", 1, True),
        ("c.csv", 0, False),
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        ".hidden.csv",
        "done",
        "refused",
        "unfinished.csv.part",
    ]
    assert sorted(p.name for p in (tmp_path / "done").iterdir()) == ["a.csv", "b.csv"]
    sentence = (tmp_path / "refused" / "c.csv.txt").read_text(encoding="utf-8")
    assert "话单文件缺少列" in sentence
    assert "lacks the columns" in sentence
    file(tmp_path, [row("1")], "a.csv")
    (again,) = scan_inbox(folder=tmp_path, actor=actor, at=at)
    assert again.already_taken
    assert sorted(p.name for p in (tmp_path / "done").iterdir()) == ["a.csv", "a~2.csv", "b.csv"]
    assert scan_inbox(folder=tmp_path, actor=actor, at=at) == ()
    assert scan_inbox(folder=tmp_path / "nowhere", actor=actor, at=at) == ()


def test_a_file_that_cannot_be_taken_now_stays_and_holds_up_no_other(
    world: World, actor: Actor, at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(tmp_path, [row("1")], "a.csv")
    file(tmp_path, [row("2")], "b.csv")

    def sometimes(*, path: Path, actor: Actor, at: datetime) -> intake.IntakeResult:
        if path.name == "a.csv":
            raise OSError("the disk is full")
        return take_usage_file(path=path, actor=actor, at=at)

    monkeypatch.setattr(intake, "take_usage_file", sometimes)
    with pytest.raises(OSError, match="full"):
        scan_inbox(folder=tmp_path, actor=actor, at=at)
    assert (tmp_path / "a.csv").exists()
    assert (tmp_path / "done" / "b.csv").exists()


def test_the_database_refuses_counts_that_do_not_add_up_and_changed_listings(
    world: World, actor: Actor, at: datetime, tmp_path: Path
) -> None:
    with pytest.raises(Refused):
        record_usage_file(
            name="x", sha256="0" * 64, counts=IntakeCounts(2, 2, 0, 0), parts=[StoredPart("p", "2026-10", 0, 1, 1)],
            rejects=(), actor=actor, at=at,
        )  # fmt: skip
    take_usage_file(path=file(tmp_path, [row("1")]), actor=actor, at=at)
    for statement in (
        "UPDATE rating_usagepart SET records = 2",
        "UPDATE rating_usagefile SET accepted = 2",
        "DELETE FROM rating_usagereject",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
