"""详单 as files: a sheet of any length, and paper with a watermark, in parts where it is long."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from msoffcrypto.format.ooxml import OOXMLFile
from pypdf import PdfReader, PdfWriter

from trunkline.counter.detail_words import COLUMNS, DetailRow, detail_row
from trunkline.counter.details import Granted, granted, is_provisional, keep_access, opened
from trunkline.kernel.money import ZERO, fen_half_up
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.sheets import write_sheet
from trunkline.kernel.text import Text
from trunkline.kernel.typeset import chinese_minute, typeset_list
from trunkline.ordering.queries import order_handler
from trunkline.party.queries import organization
from trunkline.rating.types import DetailWay
from trunkline.security.audit import operation
from trunkline.security.queries import company_name
from trunkline.security.types import Actor

#: Records of one PDF: what is longer comes in parts, each a document of its own.
PART_RECORDS = 5_000
#: Records of one sheet; the format ends at 1,048,576 rows.
SHEET_RECORDS = 1_000_000
_TEMPLATE = Path(__file__).parent / "print" / "details.typ"
_WIDTHS = (14, 20, 10, 10, 18, 16, 10, 14)

TOO_MANY = Refusal(
    "detail.too_many",
    "S22-A1",
    Text(
        "记录超过{most}条，一个文件放不下，请按月份或号码分别申请",
        "More than {most} records do not fit into one file: apply by month or by line",
    ),
)
NO_SUCH_PART = Refusal("detail.no_such_part", "", Text("没有第{subject}部分", "There is no part {subject}"))


@dataclass(frozen=True, slots=True)
class Watermark:
    """Whom a file was made for: it stands on every page, so that a copy tells where it comes from."""

    organization: str
    handler: str
    order_number: str
    made_at: str

    @property
    def words(self) -> str:
        return f"{self.organization}　{self.handler}　{self.order_number}　{self.made_at}"


def watermark(grant: Granted, at: datetime) -> Watermark:
    """The watermark of an order's files."""
    handler = order_handler(grant.order.id)
    return Watermark(
        organization=organization(grant.order.organization_id).name,
        handler=handler.name if handler else "用户本人",
        order_number=grant.order.number,
        made_at=chinese_minute(at),
    )


def sum_in_words(records: int, unrated: int, charge: Decimal) -> str:
    """``3 条，合计 0.3750 元（计 0.38 元）``."""
    without = f"，其中未批价 {unrated:,} 条" if unrated else ""
    return f"{records:,} 条{without}，合计 {charge:,.4f} 元（计 {fen_half_up(charge):,.2f} 元）"


def sum_row(month: Month, words: str) -> tuple[str, str]:
    """The row of a sheet that says what a month comes to."""
    return f"{month} 合计", words


def sheet(mark: Watermark, rows: Iterator[Sequence[str]]) -> bytes:
    """An .xlsx of rows by `COLUMNS`, written as they come; its second sheet says whose it is."""
    notes = (
        f"单位名称：{mark.organization}",
        f"经办人：{mark.handler}",
        f"订单号：{mark.order_number}",
        f"生成时间：{mark.made_at}",
        "详单含个人通信信息，仅供申请单位使用，不得外传。",
    )
    return write_sheet([name.zh for name in COLUMNS], rows, widths=_WIDTHS, notes=notes)


@operation("detail.view")
def details_workbook(order_id: int, *, actor: Actor, at: datetime) -> bytes:
    """All details of an order as .xlsx, month after month, each with its sum. `Refused` as `details_page` does."""
    grant = granted(order_id, at=at)

    def rows() -> Iterator[Sequence[str]]:
        written = 0
        for month in grant.months:
            with opened(grant, month, at) as details:
                sums = details.sums()
                written += sums.records
                if written > SHEET_RECORDS:
                    raise Refused(TOO_MANY.filled(most=f"{SHEET_RECORDS:,}"))
                for record in details.read():
                    yield detail_row(record).cells()
                yield sum_row(month, sum_in_words(sums.records, sums.unrated, sums.charge))
            keep_access(grant, DetailWay.SHEET, month, sums.records, actor=actor, at=at)

    return sheet(watermark(grant, at), rows())


@operation("detail.view")
def details_pdf(
    order_id: int, *, month: Month | None = None, part: int = 1, actor: Actor, at: datetime
) -> bytes:
    """A month of an order's details as PDF, or the part of it that holds records from ``(part - 1) * PART_RECORDS``.

    `Refused` as `details_page` does, and for a part that is not there.
    """
    grant = granted(order_id, at=at)
    chosen = grant.month(month)
    skipped = (part - 1) * PART_RECORDS
    with opened(grant, chosen, at) as details:
        sums = details.sums()
        if part < 1 or (part > 1 and skipped >= sums.records):
            raise Refused(NO_SUCH_PART.about(str(part)))
        rows = [detail_row(record) for record in details.read(limit=PART_RECORDS, offset=skipped)]
    keep_access(grant, DetailWay.PDF, chosen, len(rows), skipped=skipped, actor=actor, at=at)
    whole = sum_in_words(sums.records, sums.unrated, sums.charge)
    return paper(grant, watermark(grant, at), chosen, rows, part=part, whole=whole, total=sums.records, at=at)


def parts_of(records: int) -> int:
    """How many PDFs so many records make; one even for none."""
    return max(1, -(-records // PART_RECORDS))


def paper(
    grant: Granted,
    mark: Watermark,
    month: Month,
    rows: Sequence[DetailRow],
    *,
    part: int,
    whole: str,
    total: int,
    at: datetime,
) -> bytes:
    """One part of a month on paper: its own sum, and the month's."""
    skipped = (part - 1) * PART_RECORDS
    charges = [row.charge for row in rows if row.charge is not None]
    parts = parts_of(total)
    data = {
        "number": grant.order.number,
        "operator_name": company_name(grant.order.branch_id),
        "watermark": mark.words,
        "header": [
            ("单位名称", mark.organization),
            ("详单月份", f"{month.year}年{month.number}月"),
            ("经 办 人", mark.handler),
            ("打印时间", mark.made_at),
        ],
        "provisional": is_provisional(month),
        "part": f"第 {part} 部分，共 {parts} 部分" if parts > 1 else "",
        "part_sum": sum_in_words(len(rows), len(rows) - len(charges), sum(charges, ZERO))
        if parts > 1
        else "",
        "sum": whole,
    }
    listed = [(str(place), *row.cells()) for place, row in enumerate(rows, skipped + 1)]
    return typeset_list(_TEMPLATE, data, listed, at=at)


def encrypted_workbook(content: bytes, password: str) -> bytes:
    """An .xlsx that opens with the password only: agile encryption of Office, AES."""
    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, sealed)
    return sealed.getvalue()


def encrypted_pdf(content: bytes, password: str) -> bytes:
    """A PDF that opens with the password only: AES-256."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(user_password=password, algorithm="AES-256")
    sealed = io.BytesIO()
    writer.write(sealed)
    return sealed.getvalue()
