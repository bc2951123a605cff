"""The verbs of the ledger: post and reverse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection

from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.money import ZERO
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ledger.models import Entry
from trunkline.ledger.rules import entry_refusals, reversed_postings
from trunkline.ledger.types import GeneralAccount, NewEntry, NewPosting
from trunkline.security.audit import operation
from trunkline.security.types import Actor

POSTED_ALREADY = Refusal(
    "ledger.posted_already", "", Text("该业务已记账：{subject}", "This has been posted already: {subject}")
)
REVERSED_ALREADY = Refusal(
    "ledger.reversed_already", "", Text("该分录已冲销：{subject}", "The entry has been reversed: {subject}")
)
UNKNOWN_ENTRY = Refusal("ledger.unknown", "", Text("没有这笔分录：{subject}", "No such entry: {subject}"))
OVERDRAWN = Refusal(
    "ledger.overdrawn",
    "P2-10",
    Text("预存款余额不足", "The deposit does not hold as much as is drawn from it"),
)

#: The source of entries that undo others.
REVERSAL = "reversal"

_ENTRY = ("id", "branch_id", "source", "source_id", "at", "narration", "reverses_id", "operation_id")
_POSTING = ("entry_id", "branch_id", "general_account", "account_id", "subject", "amount")


def _told(entries: Sequence[NewEntry]) -> dict[str, object]:
    """What the audit row keeps of entries: they stand in the ledger and name the operation."""
    debits = [p.amount for entry in entries for p in entry.postings if p.amount > 0]
    sources = sorted({entry.source for entry in entries})
    return {"count": len(entries), "sources": sources, "debits": sum(debits, ZERO)}


@operation("ledger.post", kept={"entries": _told})
def post_entries(*, entries: Sequence[NewEntry], actor: Actor, at: datetime) -> int:
    """Post entries, a handful of statements whatever their number; returns how many.

    `Refused`: legs that do not balance, or an entry whose (source, source_id) stands already
    (``ledger.posted_already``), or a deposit drawn below zero (``ledger.overdrawn``). Then none is posted.
    """
    raise_if_any(entry_refusals(entries))
    _insert(entries, reverses=None)
    return len(entries)


@operation("ledger.reverse")
def reverse_entry(*, source: str, source_id: str, reason: str, actor: Actor, at: datetime) -> None:
    """Post the opposite of an entry, once; the entry itself stays.

    `Refused`: there is no such entry, it has been reversed already, or a deposit would go below zero.
    """
    subject = f"{source}:{source_id}"
    entry = Entry.objects.filter(source=source, source_id=source_id).first()
    if entry is None:
        raise Refused(UNKNOWN_ENTRY.about(subject))
    if Entry.objects.filter(reverses=entry).exists():
        raise Refused(REVERSED_ALREADY.about(subject))
    postings = tuple(
        NewPosting(GeneralAccount(p.general_account), p.amount, p.account_id, p.subject)
        for p in entry.postings.order_by("id")
    )
    opposite = NewEntry(REVERSAL, subject, entry.branch_id, at, reason, reversed_postings(postings))
    _insert([opposite], reverses=entry.pk)


def _insert(entries: Sequence[NewEntry], *, reverses: int | None) -> None:
    """Entries first, then all their postings in one statement (see the triggers of the schema)."""
    if not entries:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('trunkline.operation')::uuid")
        (operation_id,) = cursor.fetchone()
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('ledger_entry', 'id')) FROM generate_series(1, %s)",
            [len(entries)],
        )
        ids = [int(row[0]) for row in cursor.fetchall()]
    try:
        insert_rows("ledger_entry", _ENTRY, _entry_rows(ids, entries, reverses, operation_id))
        insert_rows(
            "ledger_posting",
            _POSTING,
            (
                (key, entry.branch_id, p.general_account.value, p.account_id, p.subject, p.amount)
                for key, entry in zip(ids, entries, strict=True)
                for p in entry.postings
            ),
        )
    except IntegrityError as error:
        raise Refused(_refusal(error)) from error


def _entry_rows(
    ids: Sequence[int], entries: Sequence[NewEntry], reverses: int | None, operation_id: UUID
) -> list[tuple[object, ...]]:
    return [
        (key, e.branch_id, e.source, e.source_id, e.at, e.narration, reverses, operation_id)
        for key, e in zip(ids, entries, strict=True)
    ]


def _refusal(error: IntegrityError) -> Refusal:
    """What the database's objection means, where it is one of those an operation can meet; else it is raised."""
    diagnosis = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None)
    if constraint == "posted_once":
        return POSTED_ALREADY.about(str(getattr(diagnosis, "message_detail", "")))
    if constraint == "reversed_once":
        return REVERSED_ALREADY.about(str(getattr(diagnosis, "message_detail", "")))
    if "than it holds" in str(getattr(diagnosis, "message_primary", "")):
        return OVERDRAWN
    raise error
