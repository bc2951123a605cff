"""The accepted usage on disk: immutable Parquet, by month of Asia/Shanghai and by bucket of the line's number.

    <root>/month=2026-10/bucket=07/<file-id>-<n>.parquet

Which files count is written down elsewhere, in the transaction that takes the usage file in: a file on disk that
is not listed there does not exist.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import uuid
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow.parquet as pq

from trunkline.kernel.periods import Month
from trunkline.rating.engine import open_engine, sync
from trunkline.rating.types import USAGE, EngineSettings, StoredPart

BUCKETS = 16

_INCOMING = ".incoming"
_FILE_ID = re.compile(r"^[A-Za-z0-9-]{1,64}$")
_PART = re.compile(r"^month=(\d{4}-\d{2})/bucket=(\d{2})/[A-Za-z0-9-]+\.parquet$")
_DIGITS = "0123456789abcdef"


def _md5_of(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


#: `_md5_of` by the backend's own function; every backend makes the same.
_md5: Callable[..., ir.StringColumn] = ibis.udf.scalar.builtin(
    name="md5", signature=((dt.string,), dt.string)
)(_md5_of)


def bucket_of(line_number: str) -> int:
    """The bucket of a number, 0 … 15: for good, since what lies on disk is parted by it."""
    return int(_md5_of(line_number)[0], BUCKETS)


def write_parts(
    root: Path, candidates: Path, *, file_id: str, settings: EngineSettings | None = None
) -> tuple[StoredPart, ...]:
    """Writes the records of `candidates` (Parquet, shape CANDIDATES) into the store; returns its parts by path.

    Parts are written aside and named only when all of them are on the disk. When this breaks off between, what
    was named so far is a leftover. A part of an unlisted file of the same id is replaced. ValueError for a
    `file_id` that is not letters, digits and hyphens.
    """
    if not _FILE_ID.match(file_id):
        raise ValueError(f"not the id of a file: {file_id!r}")
    aside = root / _INCOMING / f"{file_id}-{uuid.uuid4().hex}"
    aside.mkdir(parents=True)
    try:
        with open_engine(root / _INCOMING, settings) as engine:
            records = engine.read_parquet(str(candidates)).select(*USAGE.names)
            engine.to_parquet(
                records.mutate(month=_month(records.started_at), bucket=_bucket(records.line_number)),
                aside,
                partition_by=("month", "bucket"),
                filename_pattern=f"{file_id}-{{i}}",
            )
        written = sorted(path.relative_to(aside) for path in aside.rglob("*.parquet"))
        for path in written:
            sync(aside / path)
        for path in written:
            _put(aside / path, root / path)
        for folder in {path.parent for path in written}:
            sync(root / folder)
            sync(root / folder.parent)
        sync(root)
        return tuple(_described(root, path.as_posix()) for path in written)
    finally:
        shutil.rmtree(aside)


def _month(at: ir.TimestampValue) -> ir.StringValue:
    """The month by Asia/Shanghai, as `kernel.periods.Month` prints it (the engine's time zone is that one)."""
    return at.strftime("%Y-%m")


def _bucket(line_number: ir.StringValue) -> ir.StringValue:
    """`bucket_of`, in two digits."""
    return ibis.literal(_DIGITS).find(_md5(line_number).left(1)).cast("string").lpad(2, "0")


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _described(root: Path, path: str) -> StoredPart:
    found = _PART.match(path)
    if found is None:
        raise RuntimeError(f"not the name of a part: {path}")
    file = root / path
    return StoredPart(
        path=path,
        month=str(Month.parse(found[1])),
        bucket=int(found[2]),
        records=pq.read_metadata(file).num_rows,
        size=file.stat().st_size,
    )


def stored_parts(root: Path, *, month: Month | None = None) -> tuple[str, ...]:
    """The paths of all parts on disk, listed or not, relative to `root`; of one month or of all."""
    folder = f"month={month}" if month else "month=*"
    found = (path.relative_to(root).as_posix() for path in root.glob(f"{folder}/bucket=*/*.parquet"))
    return tuple(sorted(path for path in found if _PART.match(path)))


def remove_unlisted(root: Path, listed: Collection[str], *, before: datetime) -> tuple[str, ...]:
    """Removes the parts that are not `listed` and what was left aside; returns what went, relative to `root`.

    Only what was last written to `before` an instant goes: a file that is being taken in now is listed last.
    """
    known = frozenset(listed)
    left = [path for path in stored_parts(root) if path not in known and _older(root / path, before)]
    for path in left:
        (root / path).unlink()
    aside = [folder for folder in sorted(root.glob(f"{_INCOMING}/*")) if _older(folder, before)]
    for folder in aside:
        shutil.rmtree(folder)
    return (*left, *(folder.relative_to(root).as_posix() for folder in aside))


def _older(path: Path, before: datetime) -> bool:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
