"""电子详单 (S22-A1): to the handler's registered mailbox, enciphered; the password takes another way (docs/adr/0012)."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from trunkline.counter.detail_files import (
    PART_RECORDS,
    encrypted_pdf,
    encrypted_workbook,
    paper,
    sheet,
    sum_in_words,
    sum_row,
    watermark,
)
from trunkline.counter.detail_words import detail_row
from trunkline.counter.details import Granted, granted, keep_access, opened
from trunkline.kernel.jobs import defer
from trunkline.kernel.periods import Month
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.messaging.operations import post_email, post_line_messages
from trunkline.messaging.types import Attachment, LinePost, MessageKind, Purpose
from trunkline.numbering.queries import numbers
from trunkline.numbering.types import NumberKind
from trunkline.ordering.queries import order_handler
from trunkline.party.types import HandlerView
from trunkline.rating.queries import detail_accesses
from trunkline.rating.types import DetailWay
from trunkline.security.audit import operation
from trunkline.security.types import Actor
from trunkline.subscriptions.queries import line_by_number

SEND_JOB = "detail.send"
#: Records of one mail's sheet: some 10 MB enciphered, below what a mail may carry.
MAIL_RECORDS = 150_000
_HOLDS = timedelta(days=3)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Without the characters that are mistaken for each other.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PASSWORD_LENGTH = 12
_MAIL = "detail.mail"
_PASSWORD = "detail.password"  # noqa: S105 - a source, no password  # nosec B105
_SHORT_MESSAGE = "您申请的电子详单（订单{number}）已发往预留邮箱，打开附件的密码是{password}，请勿告诉他人。"
_BODY = (
    "{handler}，您好：\n\n"
    "您为{organization}申请的{month}详单（订单{number}）见附件。附件已加密，"
    "密码已另以短信发送到您登记的本单位手机号码。\n\n"
    "{sum}\n\n"
    "详单含个人通信信息，请妥善保管，不得外传。本邮件由系统发出，请勿回复。\n"
)

NO_MAILBOX = Refusal(
    "detail.no_mailbox",
    "S01-R1",
    Text(
        "经办人没有预留电子邮箱，不能以电子邮件提供详单",
        "The handler has not registered a mailbox: no details by e-mail",
    ),
)
NO_WAY = Refusal(
    "detail.no_way_for_password",
    "S22-A1",
    Text(
        "经办人登记的电话须是本单位在用且未停机的手机号码，附件密码只以短信发到该号码；否则请到营业厅查询",
        "The handler's registered phone must be a mobile line of the organisation in service: the password goes there "
        "only. Otherwise the details are shown in a hall",
    ),
)


@dataclass(frozen=True, slots=True)
class PasswordLine:
    """The line that the password is sent to."""

    line_id: int
    branch_id: int
    number: str


def password_line(organization_id: int, handler: HandlerView | None) -> PasswordLine | None:
    """The handler's registered phone where it is a mobile line of the organisation in service, or None.

    A line that is stopped is none: of a lost card nobody knows who reads.
    """
    line = line_by_number(handler.phone.strip()) if handler else None
    if line is None or line.organization_id != organization_id:
        return None
    held = numbers([line.number]).get(line.number)
    mobile = held is not None and held.kind is NumberKind.MOBILE
    if not mobile or not line.is_served:
        return None
    return PasswordLine(line.id, line.branch_id, line.number)


def queue(order_id: int, actor: Actor) -> None:
    """Have the details of an order sent, by unattended work."""
    defer(SEND_JOB, staff_id=actor.staff_id, lock=f"order:{order_id}", order_id=order_id)


@operation("detail.send")
def send_details(*, order_id: int, actor: Actor, at: datetime) -> int:
    """Post the details of an order to the mailbox its handler had registered when it was taken; returns how many mails.

    A second call posts nothing. `Refused` when the mailbox, or the way for the password, is not there any more.
    """
    if any(access.way is DetailWay.EMAIL for access in detail_accesses(order_id)):
        return 0
    grant = granted(order_id, at=at, mailed=True)
    handler = order_handler(order_id)
    if handler is None or not handler.email:
        raise Refused(NO_MAILBOX)
    way = password_line(grant.order.organization_id, handler)
    if way is None:
        raise Refused(NO_WAY)
    password = "".join(secrets.choice(_ALPHABET) for _ in range(_PASSWORD_LENGTH))
    posted = 0
    for month in grant.months:
        for part, (attachments, words) in enumerate(_mails(grant, month, password, actor, at), 1):
            post_email(
                branch_id=grant.order.branch_id,
                to=handler.email,
                subject=f"{month.year}年{month.number}月电子详单（{grant.order.number}）",
                body=_BODY.format(
                    handler=handler.name,
                    organization=watermark(grant, at).organization,
                    month=f"{month.year}年{month.number}月",
                    number=grant.order.number,
                    sum=words,
                ),
                attachments=attachments,
                purpose=Purpose.USAGE_DETAIL,
                source=_MAIL,
                source_id=f"{order_id}:{month}:{part}",
                expires_at=at + _HOLDS,
                actor=actor,
                at=at,
            )
            posted += 1
    _send_password(grant, way, password, actor, at)
    return posted


def _mails(
    grant: Granted, month: Month, password: str, actor: Actor, at: datetime
) -> Iterator[tuple[tuple[Attachment, ...], str]]:
    """The enciphered files of a month, mail by mail, with the sum in words. Paper comes along where it is short."""
    mark = watermark(grant, at)
    with opened(grant, month, at) as details:
        sums = details.sums()
        words = sum_in_words(sums.records, sums.unrated, sums.charge)
        for skipped in range(0, max(sums.records, 1), MAIL_RECORDS):
            read = details.read(limit=MAIL_RECORDS, offset=skipped)
            rows = itertools.chain((detail_row(record).cells() for record in read), [sum_row(month, words)])
            name = f"details-{month}-{skipped // MAIL_RECORDS + 1}"
            book = Attachment(f"{name}.xlsx", _XLSX, encrypted_workbook(sheet(mark, rows), password))
            if sums.records > PART_RECORDS:
                yield (book,), words
                continue
            listed = [detail_row(record) for record in details.read()]
            pdf = paper(grant, mark, month, listed, part=1, whole=words, total=sums.records, at=at)
            yield (book, Attachment(f"{name}.pdf", "application/pdf", encrypted_pdf(pdf, password))), words
    keep_access(grant, DetailWay.EMAIL, month, sums.records, actor=actor, at=at)


def _send_password(grant: Granted, way: PasswordLine, password: str, actor: Actor, at: datetime) -> None:
    post_line_messages(
        purpose=Purpose.USAGE_DETAIL,
        source=_PASSWORD,
        messages=[
            LinePost(
                line_id=way.line_id,
                branch_id=way.branch_id,
                number=way.number,
                kind=MessageKind.SMS,
                body=_SHORT_MESSAGE.format(number=grant.order.number, password=password),
                source_id=str(grant.order.id),
                secret=True,
                expires_at=at + _HOLDS,
            )
        ],
        actor=actor,
        at=at,
    )
