"""详单 of an organisation's month: what it held, the prices, and the usage files brought together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from trunkline.kernel.periods import Month
from trunkline.rating.details import Details, opened_details
from trunkline.rating.queries import part_files, parts
from trunkline.rating.store import bucket_of
from trunkline.runs.assembly import line_table, month_facts, tariffs_of
from trunkline.runs.work import workdir
from trunkline.subscriptions.holdings import holdings


@contextmanager
def details_of_month(
    organization_id: int, month: Month, *, line_ids: Collection[int] | None = None, at: datetime
) -> Iterator[Details]:
    """Open the details of all of an organisation's lines in a month, or of some: only of its own time (S02)."""
    held = holdings(organization_id, month, at, line_ids)
    facts = month_facts(month, {one.line_id for one in held})
    lines = line_table(facts)
    buckets = {bucket_of(number) for number in {*lines["line_number"].to_pylist(), *(h.number for h in held)}}
    with opened_details(
        part_files([part for part in parts(month) if part.bucket in buckets]),
        held,
        lines,
        tariffs_of(facts.versions),
        month=month,
        workdir=workdir(),
    ) as details:
        yield details
