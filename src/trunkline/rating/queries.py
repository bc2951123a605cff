"""Reads of usage files and of what is unrated. Usage belongs to the operator as a whole, not to a branch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Max, QuerySet

from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.rating.models import (
    CountedFile,
    DataMonth,
    DetailAccess,
    MonthRating,
    UnratedRecord,
    UsageFile,
    UsagePart,
    UsageReject,
)
from trunkline.rating.types import DetailWay

UNKNOWN_USAGE_FILE = Refusal(
    "usage_file.unknown", "", Text("没有这个话单文件：{subject}", "No such usage file: {subject}")
)


@dataclass(frozen=True, slots=True)
class UsageFileView:
    """A usage file that was taken in: records = accepted + duplicates + rejected."""

    id: int
    name: str
    sha256: str
    received_at: datetime
    records: int
    accepted: int
    duplicates: int
    rejected: int


@dataclass(frozen=True, slots=True)
class RejectView:
    """A row that was not taken, with the reason and the column at fault (empty for the whole row)."""

    row_number: int
    reason: str
    field: str
    record: str


@dataclass(frozen=True, slots=True)
class PartView:
    """An accepted Parquet file; `path` is relative to the store."""

    path: str
    month: Month
    bucket: int
    records: int
    size: int
    file_id: int


@dataclass(frozen=True, slots=True)
class UnratedView:
    """An accepted record that got no price, with the reason."""

    source: str
    record_id: str
    line_number: str
    kind: str
    direction: str
    started_at: datetime
    quantity: int
    reason: str


@dataclass(frozen=True, slots=True)
class RatingView:
    """The latest rating of a month: records = rated + unrated."""

    at: datetime
    usage_through: int
    records: int
    rated: int
    unrated: int


@dataclass(frozen=True, slots=True)
class DetailAccessView:
    """Details that were handed out: `number` and `kind` are empty where all were asked for."""

    order_id: int
    organization_id: int
    staff_id: int
    door: str
    way: DetailWay
    month: Month
    number: str
    kind: str
    skipped: int
    records: int
    at: datetime


def detail_accesses(order_id: int) -> tuple[DetailAccessView, ...]:
    """When and by whom the details of an order were seen, the latest first."""
    return tuple(
        DetailAccessView(
            row.order_id,
            row.organization_id,
            row.staff_id,
            row.door,
            DetailWay(row.way),
            Month.of(row.month),
            row.number,
            row.kind,
            row.skipped,
            row.records,
            row.at,
        )
        for row in DetailAccess.objects.filter(order_id=order_id).order_by("-id")
    )


def store_root() -> Path:
    """Where accepted usage lies."""
    return Path(settings.TRUNKLINE_VAR) / "usage"


def _file(row: UsageFile) -> UsageFileView:
    return UsageFileView(
        row.pk,
        row.name,
        row.sha256,
        row.received_at,
        row.records,
        row.accepted,
        row.duplicates,
        row.rejected,
    )


def usage_files(limit: int = 100, offset: int = 0) -> tuple[UsageFileView, ...]:
    """The files taken in, the newest first."""
    return tuple(_file(row) for row in UsageFile.objects.order_by("-id")[offset : offset + limit])


def usage_file(file_id: int) -> UsageFileView:
    """One file; `Refused` (``usage_file.unknown``) when there is none."""
    row = UsageFile.objects.filter(pk=file_id).first()
    if row is None:
        raise Refused(UNKNOWN_USAGE_FILE.about(str(file_id)))
    return _file(row)


def usage_file_by_sha256(sha256: str) -> UsageFileView | None:
    """The listed file with that SHA-256, or None."""
    row = UsageFile.objects.filter(sha256=sha256).first()
    return _file(row) if row else None


def last_usage_file() -> int:
    """The id of the newest usage file, 0 without any."""
    return int(UsageFile.objects.aggregate(last=Max("id"))["last"] or 0)


def rejects(file_id: int, limit: int = 200, offset: int = 0) -> tuple[RejectView, ...]:
    """The rows of a file that were not taken, in their order."""
    rows = UsageReject.objects.filter(file_id=file_id).order_by("row_number", "id")
    return tuple(
        RejectView(row.row_number, row.reason, row.field, row.record) for row in rows[offset : offset + limit]
    )


def reject_reasons(file_id: int) -> dict[str, int]:
    """How many rows of a file were not taken for each reason."""
    rows = UsageReject.objects.filter(file_id=file_id).values_list("reason")
    return dict(rows.annotate(Count("id")).order_by("reason"))


def parts(month: Month | None = None, *, after: int = 0, through: int | None = None) -> tuple[PartView, ...]:
    """The accepted parts of a month, or of all months, of the usage files with `after` < id <= `through`."""
    rows = UsagePart.objects.filter(file_id__gt=after)
    if month is not None:
        rows = rows.filter(month=month.first_day)
    if through is not None:
        rows = rows.filter(file_id__lte=through)
    return _parts(rows)


def _parts(rows: QuerySet[UsagePart]) -> tuple[PartView, ...]:
    return tuple(
        PartView(row.path, Month.of(row.month), row.bucket, row.records, row.size, row.file_id)
        for row in rows.order_by("id")
    )


def part_files(found: Sequence[PartView]) -> list[Path]:
    """Where parts lie."""
    return [store_root() / part.path for part in found]


def uncounted_files(limit: int) -> tuple[int, ...]:
    """Usage files whose data stands in no counter yet, in the order they were taken in."""
    rows = UsageFile.objects.filter(counted__isnull=True).order_by("id")
    return tuple(rows.values_list("pk", flat=True)[:limit])


def parts_of(file_ids: Collection[int]) -> tuple[PartView, ...]:
    """The accepted parts of some usage files."""
    return _parts(UsagePart.objects.filter(file_id__in=file_ids))


def counted_files() -> tuple[int, ...]:
    """Usage files whose data stands in the counters of lines."""
    return tuple(CountedFile.objects.order_by("file_id").values_list("file_id", flat=True))


def data_used(month: Month, line_ids: Collection[int] | None = None) -> dict[int, int]:
    """The bytes of data that lines have used in a month; lines that used none are left out."""
    rows = DataMonth.objects.filter(month=month.first_day)
    if line_ids is not None:
        rows = rows.filter(line_id__in=line_ids)
    return dict(rows.values_list("line_id", "used"))


def latest_rating(month: Month) -> RatingView | None:
    """The latest rating of a month, or None before the first."""
    row = _latest(month)
    return RatingView(row.at, row.usage_through, row.records, row.rated, row.unrated) if row else None


def unrated(month: Month, limit: int = 200, offset: int = 0) -> tuple[UnratedView, ...]:
    """The records of a month that its latest rating left unrated, in the order of events."""
    rating = _latest(month)
    if rating is None:
        return ()
    rows = UnratedRecord.objects.filter(rating=rating).order_by("id")[offset : offset + limit]
    return tuple(
        UnratedView(
            row.source,
            row.record_id,
            row.line_number,
            row.kind,
            row.direction,
            row.started_at,
            row.quantity,
            row.reason,
        )
        for row in rows
    )


def unrated_reasons(month: Month) -> dict[str, int]:
    """How many records of a month are unrated for each reason."""
    rating = _latest(month)
    if rating is None:
        return {}
    rows = UnratedRecord.objects.filter(rating=rating).values_list("reason")
    return dict(rows.annotate(Count("id")).order_by("reason"))


def _latest(month: Month) -> MonthRating | None:
    return MonthRating.objects.filter(month=month.first_day).order_by("-id").first()
