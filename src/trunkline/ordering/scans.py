"""复印留存 (S01-R2, X-R1): scans of papers, taken with the order, filed in its transaction, never changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.ordering.models import OrderPaper, PaperScan, ScanContent
from trunkline.ordering.types import PAPER_NAMES, OrderRequest, PaperKind, Scan, ScanView, ShownPaper
from trunkline.security.audit import operation
from trunkline.security.types import Actor

#: Bytes of one scan, and scans of one order.
LARGEST = 5 * 1024 * 1024
MOST = 20
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
_LONGEST_NAME = 120

NO_PICTURE = Refusal(
    "scan.unreadable",
    "S01-R2",
    Text(
        "扫描件须为完整的 PDF、JPEG 或 PNG：{subject}", "A scan must be a whole PDF, JPEG or PNG: {subject}"
    ),
)
TOO_LARGE = Refusal(
    "scan.too_large",
    "S01-R2",
    Text("扫描件超过 {limit} MB：{subject}", "The scan is larger than {limit} MB: {subject}"),
)
TOO_MANY = Refusal(
    "scan.too_many",
    "S01-R2",
    Text("扫描件超过 {limit} 页", "There are more than {limit} scans"),
)
OF_NO_PAPER = Refusal(
    "scan.of_no_paper",
    "S01-R2",
    Text("有扫描件而未登记的证件：{paper}", "A scan of a paper that was not shown: {paper_en}"),
)
UNKNOWN_SCAN = Refusal("scan.unknown", "", Text("没有这份扫描件", "There is no such scan"))


def media_type_of(content: bytes) -> str:
    """What a file is by its bytes, whole from its first to its last mark; empty for everything else."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return PDF
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-1024:]:
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-64:]:
        return PNG
    return ""


def scan_refusals(request: OrderRequest) -> tuple[Refusal, ...]:
    """What is wrong with the scans that came with an application."""
    shown = {paper.kind for paper in request.papers}
    strays = sorted({scan.kind for scan in request.scans} - shown)
    sized = [scan for scan in request.scans if len(scan.content) <= LARGEST]
    return (
        *([TOO_MANY.filled(limit=MOST)] if len(request.scans) > MOST else []),
        *(
            TOO_LARGE.about(_named(scan), limit=LARGEST // 1024 // 1024)
            for scan in request.scans
            if len(scan.content) > LARGEST
        ),
        *(NO_PICTURE.about(_named(scan)) for scan in sized if not media_type_of(scan.content)),
        *(OF_NO_PAPER.filled(paper=PAPER_NAMES[k].zh, paper_en=PAPER_NAMES[k].en) for k in strays),
    )


def with_copies(request: OrderRequest) -> tuple[ShownPaper, ...]:
    """The papers of a request: of one that was scanned a copy is kept (S01-R2)."""
    scanned = {scan.kind for scan in request.scans}
    return tuple(
        replace(paper, copy_kept=True) if paper.kind in scanned else paper for paper in request.papers
    )


def file_scans(papers: Iterable[OrderPaper], scans: Iterable[Scan], at: datetime) -> None:
    """File scans that were judged with the papers of their order."""
    by_kind = {paper.kind: paper for paper in papers}
    for scan in scans:
        paper = by_kind[scan.kind]
        filed = PaperScan.objects.create(
            paper=paper,
            branch_id=paper.branch_id,
            name=_named(scan),
            media_type=media_type_of(scan.content),
            digest=hashlib.sha256(scan.content).hexdigest(),
            size=len(scan.content),
            filed_at=at,
        )
        ScanContent.objects.create(scan=filed, branch_id=paper.branch_id, content=scan.content)


def order_scans(order_id: int) -> tuple[ScanView, ...]:
    """The scans filed with an order, in the order they came; without what is on them."""
    rows = PaperScan.objects.filter(paper__order_id=order_id).select_related("paper").order_by("id")
    return tuple(
        ScanView(row.pk, PaperKind(row.paper.kind), row.name, row.media_type, row.size, row.digest)
        for row in rows
    )


@operation("scan.view")
def look_at_scan(*, order_id: int, scan_id: int, actor: Actor, at: datetime) -> tuple[str, bytes]:
    """Media type and bytes of a scan. Every look leaves its audit row; `Refused` (``scan.unknown``)."""
    found = (
        ScanContent.objects.select_related("scan")
        .filter(scan_id=scan_id, scan__paper__order_id=order_id)
        .first()
    )
    if found is None:
        raise Refused(UNKNOWN_SCAN)
    return found.scan.media_type, bytes(found.content)


def _named(scan: Scan) -> str:
    """The file's own name without folders or what cannot be shown."""
    plain = re.split(r"[/\\]", scan.name)[-1]
    return "".join(letter for letter in plain if letter.isprintable())[-_LONGEST_NAME:] or "scan"
