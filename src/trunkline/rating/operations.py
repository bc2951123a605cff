"""The verbs of usage: list a file that was taken in, keep what a rating left unrated."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection

from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.rating.models import CountedFile, DetailAccess, MonthRating, UsageFile
from trunkline.rating.types import (
    DataCount,
    DataVolume,
    DetailWay,
    IntakeCounts,
    RatingResult,
    StoredPart,
)
from trunkline.security.audit import operation
from trunkline.security.types import Actor

#: How much of a rejected row is kept.
LONGEST_RECORD = 1000
_ROWS_AT_ONCE = 20_000

FILE_TAKEN = Refusal(
    "usage.file_taken",
    "",
    Text("该话单文件已入库：{subject}", "This usage file has been taken in: {subject}"),
)
PARTS_DIFFER = Refusal(
    "usage.parts_differ",
    "",
    Text(
        "话单文件{subject}的分区记录数与控制总数不符",
        "The parts of usage file {subject} do not hold what was accepted",
    ),
)


@operation("usage.record")
def record_usage_file(
    *,
    name: str,
    sha256: str,
    counts: IntakeCounts,
    parts: Sequence[StoredPart],
    rejects: Sequence[Path],
    actor: Actor,
    at: datetime,
) -> int:
    """List a usage file, the parts it was stored in and the rows that were not taken; returns the file's id.

    From here on its records count. `rejects` are Parquet files of shape REJECTS, duplicates included. `Refused`:
    a file of the same SHA-256 is listed, or the parts do not hold as many records as were accepted.
    """
    if UsageFile.objects.filter(sha256=sha256).exists():
        raise Refused(FILE_TAKEN.about(name))
    if sum(part.records for part in parts) != counts.accepted:
        raise Refused(PARTS_DIFFER.about(name))
    file = UsageFile.objects.create(
        name=name[-200:],
        sha256=sha256,
        received_at=at,
        records=counts.read,
        accepted=counts.accepted,
        duplicates=counts.duplicate,
        rejected=counts.rejected,
    )
    insert_rows(
        "rating_usagepart",
        ("file_id", "month", "bucket", "path", "records", "size"),
        (
            (file.pk, Month.parse(part.month).first_day, part.bucket, part.path, part.records, part.size)
            for part in parts
        ),
    )
    insert_rows(
        "rating_usagereject",
        ("file_id", "row_number", "reason", "field", "record"),
        (row for path in rejects for row in _reject_rows(file.pk, path)),
    )
    return file.pk


def _reject_rows(file_id: int, path: Path) -> Iterator[tuple[Any, ...]]:
    with pq.ParquetFile(path) as rows:
        for batch in rows.iter_batches(_ROWS_AT_ONCE, columns=["row_number", "reason", "field", "record"]):
            columns = (batch.column(i).to_pylist() for i in range(4))
            for number, reason, field, record in zip(*columns, strict=True):
                yield file_id, number, reason, field[:40], _kept(record)


def _kept(record: str) -> str:
    """What is kept of a row: its beginning, without the one character PostgreSQL has no text for."""
    return record[:LONGEST_RECORD].replace("\x00", "\N{REPLACEMENT CHARACTER}")


@operation("usage.count", kept={"volumes": len})
def count_data(
    *, file_ids: Sequence[int], volumes: Sequence[DataVolume], actor: Actor, at: datetime
) -> tuple[DataCount, ...]:
    """Add the data of usage files to the counters of lines, one statement; how far each line's month has come.

    `volumes` is what all these files hold, one for each line and month. A file is counted once: a second time is
    an IntegrityError.
    """
    CountedFile.objects.bulk_create(CountedFile(file_id=file_id, at=at) for file_id in file_ids)
    if not volumes:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rating_datamonth AS counter (line_id, branch_id, month, used) "
            "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::bigint[]) "
            "ON CONFLICT (line_id, month) DO UPDATE SET used = counter.used + excluded.used "
            "RETURNING line_id, month, used",
            [
                [one.line_id for one in volumes],
                [one.branch_id for one in volumes],
                [one.month.first_day for one in volumes],
                [one.volume for one in volumes],
            ],
        )
        used = {(line, Month.of(month)): after for line, month, after in cursor.fetchall()}
    return tuple(
        DataCount(one.line_id, one.month, after - one.volume, after)
        for one in volumes
        for after in (used[one.line_id, one.month],)
    )


@operation("usage.rate")
def record_rating(
    *, month: Month, result: RatingResult, usage_through: int, actor: Actor, at: datetime
) -> int:
    """Keep which records of a month a rating left unrated; returns the id of the rating that says so.

    A rating that took the same files and left the same records is not kept twice.
    """
    digest = _digest(result.unrated)
    latest = MonthRating.objects.filter(month=month.first_day).order_by("-id").first()
    if latest and (latest.usage_through, latest.records, latest.unrated_sha256) == (
        usage_through,
        result.records,
        digest,
    ):
        return latest.pk
    rating = MonthRating.objects.create(
        month=month.first_day,
        at=at,
        usage_through=usage_through,
        records=result.records,
        rated=result.rated,
        unrated=result.unrated.num_rows,
        unrated_sha256=digest,
    )
    columns = ("source", "record_id", "line_number", "kind", "direction", "started_at", "quantity", "reason")
    insert_rows(
        "rating_unratedrecord",
        ("rating_id", *columns),
        (
            (rating.pk, *row)
            for batch in result.unrated.select(columns).to_batches(_ROWS_AT_ONCE)
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
        ),
    )
    return rating.pk


@operation("detail.record")
def record_detail_access(
    *,
    order_id: int,
    branch_id: int,
    organization_id: int,
    way: DetailWay,
    month: Month,
    number: str = "",
    kind: str = "",
    skipped: int = 0,
    records: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep that details of a month were handed out: to whom is told by the order (PIPL, 电信条例 65)."""
    DetailAccess.objects.create(
        order_id=order_id,
        branch_id=branch_id,
        organization_id=organization_id,
        staff_id=actor.staff_id,
        door=actor.door,
        way=way,
        month=month.first_day,
        number=number,
        kind=kind,
        skipped=skipped,
        records=records,
        at=at,
    )


def _digest(unrated: pa.Table) -> str:
    """A fingerprint of the unrated records; they come in the order of events, so the same ones give the same."""
    digest = hashlib.sha256()
    for batch in unrated.select(["source", "record_id", "reason"]).to_batches(_ROWS_AT_ONCE):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            digest.update(repr(row).encode())
    return digest.hexdigest()
