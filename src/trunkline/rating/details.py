"""详单: the records of some lines in a month, each with its charge, rated from the same files by the same plan.

A line's allowances are its own, so that the records of a line alone give the charges that its bill was made from.
What is masked or was used in other hands leaves here, before anything is counted: no door sees it (S31-E1, S02).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from trunkline.kernel.money import yuan_from_ten_thousandths
from trunkline.kernel.periods import Month
from trunkline.rating.backends.duck import DuckEngine
from trunkline.rating.engine import load_ibis, open_engine
from trunkline.rating.rater import Rater
from trunkline.rating.types import HELD, LOCAL_ZONE, EngineSettings, Tariffs, UsageKind
from trunkline.subscriptions.holdings import Holding
from trunkline.subscriptions.types import DetailType

#: One reader among many: what does not fit lies on the disk.
SETTINGS = EngineSettings(memory_limit="512MB", max_temp_directory_size="10GB")
_AT_ONCE = 5_000
#: Which kinds of usage a masked type hides; roaming hides every kind used away (S31-G1). Value-added services make
#: no usage records: their charges come from the plan.
_HIDES = {
    DetailType.VOICE: (UsageKind.VOICE,),
    DetailType.SMS: (UsageKind.SMS, UsageKind.MMS),
    DetailType.DATA: (UsageKind.DATA,),
}
_SHOWN = (
    "line_id",
    "line_number",
    "started_at",
    "kind",
    "direction",
    "quantity",
    "zone",
    "other_party",
    "charge",
)
_ORDER = ("started_at", "line_number", "source", "record_id")


@dataclass(frozen=True, slots=True)
class DetailRecord:
    """One record as its owner may see it. `charge` is yuan to four places, None where no price was found yet."""

    line_id: int
    number: str
    started_at: datetime
    kind: str
    direction: str
    quantity: int
    zone: str
    other_party: str
    charge: Decimal | None


@dataclass(frozen=True, slots=True)
class DetailSums:
    """What a choice of details comes to: `charge` is exact (four places), `unrated` of the records have none."""

    records: int
    unrated: int
    charge: Decimal


class Details:
    """The details of a month, open for reading, in the order of events."""

    def __init__(self, engine: Backend, table: ir.Table) -> None:
        self._engine = engine
        self._table = table

    def _chosen(self, number: str, kind: UsageKind | None) -> ir.Table:
        table = self._table
        if number:
            table = table.filter(table.line_number == number)
        return table.filter(table.kind == kind.value) if kind else table

    def sums(self, *, number: str = "", kind: UsageKind | None = None) -> DetailSums:
        """Count and sum of a choice."""
        chosen = self._chosen(number, kind)
        row = (
            chosen.aggregate(
                records=chosen.count(),
                rated=chosen.charge.count(),
                charge=chosen.charge.sum().cast("int64"),
            )
            .to_pyarrow()
            .to_pylist()[0]
        )
        return DetailSums(
            row["records"], row["records"] - row["rated"], yuan_from_ten_thousandths(row["charge"] or 0)
        )

    def read(
        self,
        *,
        number: str = "",
        kind: UsageKind | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[DetailRecord]:
        """The records of a choice, or a leaf of them, handed on as they are read."""
        chosen = self._chosen(number, kind).order_by(*_ORDER).limit(limit, offset=offset).select(*_SHOWN)
        for batch in self._engine.con.sql(self._engine.compile(chosen)).to_arrow_reader(_AT_ONCE):
            for row in batch.to_pylist():
                yield _record(row)


def _record(row: dict[str, Any]) -> DetailRecord:
    charge = row["charge"]
    return DetailRecord(
        line_id=row["line_id"],
        number=row["line_number"],
        started_at=row["started_at"],
        kind=row["kind"],
        direction=row["direction"],
        quantity=row["quantity"],
        zone=row["zone"],
        other_party=row["other_party"] or "",
        charge=None if charge is None else yuan_from_ten_thousandths(charge),
    )


@contextmanager
def opened_details(
    usage_files: Sequence[Path],
    held: Sequence[Holding],
    lines: pa.Table,
    tariffs: Tariffs,
    *,
    month: Month,
    workdir: Path,
) -> Iterator[Details]:
    """The details of what was `held` in the month; `lines` are all stretches of these lines (shape LINES).

    Records of before and after a change of hands are rated together, since they draw on one allowance, and only
    then parted. `usage_files` may hold the usage of other lines, too.
    """
    with open_engine(workdir, SETTINGS) as engine:
        rater = Rater(DuckEngine(engine.con), lines, tariffs, month)
        rater.read(usage_files, {*lines["line_number"].to_pylist(), *(one.number for one in held)})
        charged = f"SELECT source, record_id, CAST(sum(charge) AS BIGINT) AS charge FROM ({rater.rated()}) GROUP BY ALL"
        engine.con.execute(f"CREATE TEMP TABLE charged AS {charged}")
        shown = _shown(engine.table("usage"), load_ibis(engine, "held", _held(held), HELD))
        table = shown.left_join(engine.table("charged"), ["source", "record_id"])
        yield Details(engine, engine.create_table("detail", table.select(shown, table.charge), temp=True))


def _shown(usage: ir.Table, held: ir.Table) -> ir.Table:
    """What of the usage is the asker's own and not masked. The only place where it is decided."""
    own = usage.inner_join(
        held,
        [
            usage.line_number == held.line_number,
            usage.started_at >= held.held_from,
            usage.started_at < held.held_to,
        ],
    ).select(usage, held.line_id, held.hides_voice, held.hides_messages, held.hides_data, held.hides_roaming)
    away = own.zone != LOCAL_ZONE
    hidden = (own.hides_roaming & away) | (own.hides_voice & own.kind.isin(_values(DetailType.VOICE)))
    hidden |= own.hides_messages & own.kind.isin(_values(DetailType.SMS))
    hidden |= own.hides_data & own.kind.isin(_values(DetailType.DATA))
    return own.filter(~hidden)


def _values(masked: DetailType) -> list[str]:
    return [kind.value for kind in _HIDES[masked]]


def _held(held: Sequence[Holding]) -> pa.Table:
    rows = [
        {
            "line_id": one.line_id,
            "line_number": one.number,
            "held_from": one.held_from,
            "held_to": one.held_to,
            "hides_voice": DetailType.VOICE in one.masks,
            "hides_messages": DetailType.SMS in one.masks,
            "hides_data": DetailType.DATA in one.masks,
            "hides_roaming": DetailType.ROAMING in one.masks,
        }
        for one in held
    ]
    return pa.Table.from_pylist(rows, schema=HELD)
