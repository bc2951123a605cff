"""Usage intake: file → rows that can be taken → without duplicates → the store → listed in PostgreSQL.

The listing is one transaction and comes last: a crash before it leaves files in the store that do not count.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trunkline.kernel.periods import SHANGHAI, Month
from trunkline.kernel.refusals import Refused
from trunkline.kernel.text import Text
from trunkline.rating import store
from trunkline.rating.formats import find_duplicates, read_usage
from trunkline.rating.operations import record_usage_file
from trunkline.rating.queries import UsageFileView, part_files, parts, store_root, usage_file_by_sha256
from trunkline.rating.types import IntakeCounts, RejectReason, StoredPart, UsageFile
from trunkline.runs.locks import USAGE_INTAKE, take_lock
from trunkline.runs.types import IntakeResult
from trunkline.runs.work import workdir
from trunkline.security.audit import operation
from trunkline.security.types import Actor

log = logging.getLogger(__name__)

#: Who writes a file into the inbox gives it one of these endings, or a leading dot, until it is complete.
_INCOMPLETE = (".part", ".tmp")
DONE, REFUSED = "done", "refused"
_NOTHING = IntakeCounts(0, 0, 0, 0)


class _Reading:
    """A file as it was read. Not a dataclass, so that its working files stand in no audit row."""

    def __init__(self, usage: UsageFile, folder: Path) -> None:
        self.usage = usage
        self.folder = folder

    def __str__(self) -> str:
        return self.usage.sha256


def take_usage_file(*, path: Path, actor: Actor, at: datetime) -> IntakeResult:
    """Take a usage file in (CSV or Parquet, see ``docs/formats/usage.md``): records = accepted + duplicates + rejected.

    A file of the same bytes is taken once. So is a record, over all files: one of the same source and id that began
    in the same month, or in the one before or after, is the same. `Refused` when the file as a whole is none; then
    nothing of it is taken.
    """
    actor.require("usage.take")
    workdir().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="intake-", dir=workdir()) as folder:
        reading = _Reading(read_usage(path, workdir=Path(folder)), Path(folder))
        return accept_usage(name=path.name, reading=reading, actor=actor, at=at)


@operation("usage.take")
def accept_usage(*, name: str, reading: _Reading, actor: Actor, at: datetime) -> IntakeResult:
    """Store and list what is new of a file that was read. One intake at a time, so that no duplicate slips through."""
    take_lock(USAGE_INTAKE)
    usage = reading.usage
    known = usage_file_by_sha256(usage.sha256)
    if known is not None:
        return _already_taken(known, name)
    found = find_duplicates(usage.candidates, _comparable(usage.candidates), workdir=reading.folder)
    counts = IntakeCounts(
        read=usage.counts.read,
        accepted=found.fresh_count,
        duplicate=usage.counts.duplicate + found.duplicate_count,
        rejected=usage.counts.rejected,
    )
    reasons = dict(usage.reasons)
    if found.duplicate_count:
        reasons[RejectReason.DUPLICATE_OF_EARLIER.value] = found.duplicate_count
    with _stored(found.fresh if found.fresh_count else None, usage.sha256) as stored:
        file_id = record_usage_file(
            name=name,
            sha256=usage.sha256,
            counts=counts,
            parts=stored,
            rejects=(usage.rejects, found.duplicates),
            actor=actor,
            at=at,
        )
    result = _result(name, counts)
    return replace(result, reasons=reasons, file_id=file_id)


def _comparable(candidates: Path) -> list[Path]:
    """The accepted parts that may hold a record of `candidates` already: of its records' months and their neighbours.

    The same event comes again with the time it has, so that what is compared does not grow with history; the
    neighbours are there for a time that was put right across the end of a month.
    """
    months = {month.next(step) for month in _months(candidates) for step in (-1, 0, 1)}
    return [path for month in sorted(months) for path in part_files(parts(month))]


def _months(candidates: Path) -> set[Month]:
    """The months by Asia/Shanghai in which records began."""
    local = pa.timestamp("us", tz=str(SHANGHAI))
    found: set[Month] = set()
    with pq.ParquetFile(candidates) as file:
        for batch in file.iter_batches(columns=["started_at"]):
            began = batch.column(0).cast(local)
            numbered = pc.add(pc.multiply(pc.year(began), 100), pc.month(began))
            found.update(Month(*divmod(number, 100)) for number in pc.unique(numbered).to_pylist())
    return found


@contextmanager
def _stored(fresh: Path | None, file_id: str) -> Iterator[tuple[StoredPart, ...]]:
    """The parts made of new records; they are removed again when they cannot be listed."""
    root = store_root()
    made = store.write_parts(root, fresh, file_id=file_id) if fresh else ()
    try:
        yield made
    except BaseException:
        for part in made:
            (root / part.path).unlink(missing_ok=True)
        raise


def _result(name: str, counts: IntakeCounts) -> IntakeResult:
    return IntakeResult(
        name=name,
        already_taken=False,
        records=counts.read,
        accepted=counts.accepted,
        duplicates=counts.duplicate,
        rejected=counts.rejected,
        reasons={},
    )


def _already_taken(known: UsageFileView, name: str) -> IntakeResult:
    counts = IntakeCounts(known.records, known.accepted, known.duplicates, known.rejected)
    return replace(_result(name, counts), already_taken=True, file_id=known.id)


def scan_inbox(*, folder: Path, actor: Actor, at: datetime) -> tuple[IntakeResult, ...]:
    """Take in every complete file of a folder, by name; each goes to ``done/``, or to ``refused/`` with a sentence.

    A file that something else than itself keeps from being taken stays where it is, the others are taken, and
    the error is raised in the end.
    """
    if not folder.is_dir():
        return ()
    results: list[IntakeResult] = []
    failure: Exception | None = None
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name.startswith(".") or path.name.endswith(_INCOMPLETE):
            continue
        try:
            results.append(take_usage_file(path=path, actor=actor, at=at))
        except Refused as refused:
            results.append(_refuse(path, refused))
            continue
        except Exception as error:
            log.exception("usage file %s could not be taken in", path.name)
            failure = failure or error
            continue
        _move(path, folder / DONE)
    if failure is not None:
        raise failure
    return tuple(results)


def _refuse(path: Path, refused: Refused) -> IntakeResult:
    words = [refusal.text for refusal in refused.refusals]
    sentence = Text(";".join(w.zh for w in words), "; ".join(w.en for w in words))
    moved = _move(path, path.parent / REFUSED)
    moved.with_name(f"{moved.name}.txt").write_text(f"{sentence.zh}\n{sentence.en}\n", encoding="utf-8")
    return replace(_result(path.name, _NOTHING), refusal=sentence)


def _move(path: Path, folder: Path) -> Path:
    """Move a file into a folder, under another name where its own is taken."""
    folder.mkdir(exist_ok=True)
    target, place = folder / path.name, 1
    while target.exists():
        place += 1
        target = folder / f"{path.stem}~{place}{path.suffix}"
    return Path(shutil.move(path, target))


def has_leftovers() -> bool:
    """Whether a file lies in the store that is not listed: a crash left it there, or an intake is at work."""
    root, work = store_root(), workdir()
    listed = {root / part.path for part in parts()}
    return any(path.is_file() and path not in listed and work not in path.parents for path in root.rglob("*"))


@operation("usage.clean")
def clean_store(*, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Remove the files in the store that a crash before `at` left unlisted; returns their paths."""
    take_lock(USAGE_INTAKE)
    return store.remove_unlisted(store_root(), {part.path for part in parts()}, before=at)
