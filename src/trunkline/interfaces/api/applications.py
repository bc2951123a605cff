"""An application as it is sent, made into the order the counter takes."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import UploadedFile

from trunkline.counter.choosing import Named, choices
from trunkline.counter.registry import service_item
from trunkline.interfaces.api.bodies import Reader, json_or_form
from trunkline.interfaces.api.entry import ApiRequest
from trunkline.interfaces.api.faults import (
    BAD_KEY,
    LINE_OR_NUMBER,
    LINES_TWICE,
    NAMED_TWICE,
    Unanswerable,
)
from trunkline.interfaces.api.files import MOST_LINES, rows_of
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.ordering.types import Completion, OrderRequest, PaperKind, Scan, ShownPaper
from trunkline.party import queries as party
from trunkline.party.queries import UNKNOWN_ORGANIZATION

#: As long as the columns that keep them.
LONGEST_REFERENCE = 60
LONGEST_CODE = 40
LONGEST_NUMBER = 20
KEY = re.compile(r"[\x21-\x7e]{1,80}")
KEY_HEADER = "Idempotency-Key"


def application(request: ApiRequest) -> OrderRequest:
    """The order that was sent: 400 with everything that is malformed, `Refused` for numbers nobody holds."""
    sent = json_or_form(request)
    reader, file = sent.reader, sent.file
    item = reader.text("item", longest=LONGEST_CODE, required=True)
    organization = reader.id_or_code("organization")
    handler, agreement = reader.id("handler"), reader.id("agreement")
    verification = reader.id("verification")
    papers = _papers(reader)
    details = reader.values("details")
    named = _lines(reader, file)
    completion = reader.choice("completion", Completion) or Completion.ALL_OR_NOTHING
    key = _key(request, reader.faults)
    reader.rest()
    reader.finish()
    declared = service_item(item or "")
    if file is not None:
        named = list(rows_of(file.read(), declared.line_fields))
    return OrderRequest(
        item_code=declared.code,
        organization_id=organization_id(organization),
        handler_id=handler,
        papers=papers,
        details=details,
        agreement_id=agreement,
        idempotency_key=key,
        lines=choices(named),
        completion=completion,
        verification_id=verification,
        scans=tuple(Scan(PaperKind(kind), scan.name or "", scan.read()) for kind, scan in sent.scans),
    )


def organization_id(named: int | str | None) -> int:
    """The id of an organisation named by id or code; `Refused` when the branch has no such customer."""
    if isinstance(named, int):
        return party.organization(named).id
    found = party.organization_by_code(named or "")
    if found is None:
        raise Refused(UNKNOWN_ORGANIZATION.about(named or ""))
    return found.id


def _papers(reader: Reader) -> tuple[ShownPaper, ...]:
    found = []
    for paper in reader.records("papers", most=len(PaperKind)):
        kind = paper.choice("kind", PaperKind, required=True)
        reference = paper.text("reference", longest=LONGEST_REFERENCE, required=True)
        original, sealed, copied = (paper.flag(name) for name in ("original_seen", "sealed", "copy_kept"))
        paper.rest()
        if kind is not None and reference is not None:
            found.append(ShownPaper(kind, reference, original, sealed, copied))
    kinds = [paper.kind for paper in found]
    reader.faults += [
        NAMED_TWICE.about(f"papers.{kind}") for kind in sorted(set(kinds)) if kinds.count(kind) > 1
    ]
    return tuple(found)


def _lines(reader: Reader, file: UploadedFile | None) -> list[Named]:
    given = reader.records("lines", most=MOST_LINES)
    if file is not None and given:
        raise Unanswerable(400, LINES_TWICE)
    named: list[Named] = []
    for index, line in enumerate(given):
        by_id, by_number = line.id("line"), line.text("number", longest=LONGEST_NUMBER)
        values = line.values("values")
        line.rest()
        chosen = [one for one in (by_id, by_number) if one is not None]
        if len(chosen) != 1:
            reader.faults.append(LINE_OR_NUMBER.about(f"lines[{index}]"))
        named += [(one, values) for one in chosen]
    return named


def _key(request: ApiRequest, faults: list[Refusal]) -> str:
    key = request.headers.get(KEY_HEADER, "")
    if KEY_HEADER in request.headers and not KEY.fullmatch(key):
        faults.append(BAD_KEY)
    return key
