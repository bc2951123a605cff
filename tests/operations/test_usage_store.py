"""The accepted store on disk: parted for good, written in one step, cleaned of what does not count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.rating_data import call, usage_file
from trunkline.kernel.periods import Month
from trunkline.rating import store
from trunkline.rating.formats import read_usage
from trunkline.rating.types import USAGE, StoredPart


def stored(root: Path, folder: Path, file_id: str = "file-1") -> tuple[StoredPart, ...]:
    """Stores records of 40 numbers on both sides of the end of October."""
    rows = [
        call(f"r{n}-{at.hour}", at, line_number=f"186000000{n:02d}")
        for n in range(40)
        for at in (datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC))
    ]
    found = read_usage(usage_file(folder / "usage.parquet", rows), workdir=folder / "work")
    return store.write_parts(root, found.candidates, file_id=file_id)


def test_the_store_parts_records_by_month_of_shanghai_and_bucket_of_the_number(tmp_path: Path) -> None:
    root = tmp_path / "usage"
    parts = stored(root, tmp_path)
    assert sum(part.records for part in parts) == 80
    assert {part.month for part in parts} == {"2026-10", "2026-11"}
    for part in parts:
        assert part.path == f"month={part.month}/bucket={part.bucket:02d}/file-1-0.parquet"
        rows = pq.ParquetFile(root / part.path).read()
        assert (rows.num_rows, (root / part.path).stat().st_size) == (part.records, part.size)
        assert rows.schema.names == USAGE.names
        assert {store.bucket_of(number) for number in rows["line_number"].to_pylist()} == {part.bucket}
        assert {str(Month.of(at)) for at in rows["started_at"].to_pylist()} == {part.month}
    assert tuple(part.path for part in parts) == store.stored_parts(root)
    assert store.stored_parts(root, month=Month(2026, 11)) == tuple(
        part.path for part in parts if part.month == "2026-11"
    )


def test_buckets_are_for_good() -> None:
    numbers = ("18600000001", "18600000002", "055112345678", "4006000000")
    assert [store.bucket_of(number) for number in numbers] == [2, 11, 9, 7]


def test_a_file_stored_again_takes_the_place_of_its_leftovers(tmp_path: Path) -> None:
    root = tmp_path / "usage"
    first = stored(root, tmp_path)
    assert stored(root, tmp_path) == first
    assert len(store.stored_parts(root)) == len(first)


def test_nothing_is_named_when_storing_breaks_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_disk(path: Path) -> None:
        raise OSError(f"no space left for {path.name}")

    monkeypatch.setattr(store, "sync", no_disk)
    with pytest.raises(OSError, match="no space left"):
        stored(tmp_path / "usage", tmp_path)
    assert store.stored_parts(tmp_path / "usage") == ()
    assert list((tmp_path / "usage" / ".incoming").iterdir()) == []


@pytest.mark.parametrize("file_id", ["", "../up", "a/b", "a b", "x" * 65])
def test_the_id_of_a_file_is_no_path(tmp_path: Path, file_id: str) -> None:
    with pytest.raises(ValueError, match="not the id"):
        store.write_parts(tmp_path, tmp_path / "none", file_id=file_id)


def test_unlisted_leftovers_go_and_what_is_being_written_stays(tmp_path: Path) -> None:
    root = tmp_path / "usage"
    listed = [part.path for part in stored(root, tmp_path, "listed")]
    left = [part.path for part in stored(root, tmp_path, "left")]
    (root / ".incoming" / "left-1").mkdir()
    (root / "work").mkdir()
    (root / "work" / "note.parquet").write_bytes(b"not a part")
    now = datetime.now(UTC)
    assert store.remove_unlisted(root, listed, before=now - timedelta(hours=1)) == ()
    gone = store.remove_unlisted(root, listed, before=now + timedelta(hours=1))
    assert gone == (*sorted(left), ".incoming/left-1")
    assert store.stored_parts(root) == tuple(sorted(listed))
    assert (root / "work" / "note.parquet").exists()
