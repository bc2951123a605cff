"""实时话费: what a month that is not over yet has come to so far, by the plan and the prices its bills will have."""

from __future__ import annotations

from collections.abc import Collection

from trunkline.billing.charges import line_charges
from trunkline.billing.types import ChargeLine
from trunkline.kernel.periods import Month
from trunkline.rating.queries import part_files, parts
from trunkline.rating.rater import rate
from trunkline.rating.store import bucket_of
from trunkline.runs.assembly import line_table, month_facts, tariffs_of, usage_by_line
from trunkline.runs.work import workdir


def charges_so_far(line_ids: Collection[int], month: Month) -> dict[int, tuple[ChargeLine, ...]]:
    """What each line that has usage in a month would be billed if no more came: its plan, then its usage.

    Lines without usage, or with a plan that has no price yet, are left out.
    """
    facts = month_facts(month, line_ids)
    lines = line_table(facts)
    numbers = set(lines["line_number"].to_pylist())
    buckets = {bucket_of(number) for number in numbers}
    files = part_files([part for part in parts(month) if part.bucket in buckets])
    if not files:
        return {}
    rated = rate(
        files,
        lines,
        tariffs_of(facts.versions),
        month=month,
        workdir=workdir(),
        numbers=numbers,
    )
    usage = usage_by_line(rated.totals)
    return {
        line.line_id: tuple(line_charges(line, usage[line.line_id], facts.tariff))
        for held in facts.lines.values()
        for line in held
        if line.line_id in usage and all(stretch.price for stretch in line.stretches)
    }
