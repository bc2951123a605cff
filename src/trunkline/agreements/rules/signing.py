"""Signatures, seals, dates, originals and the hash of attachments (P2-27 … P2-31)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from trunkline.agreements.types import (
    ORIGINALS,
    ORIGINALS_PER_SIDE,
    OriginalView,
    Side,
    SignatureView,
    SignerRole,
)
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text

SIDE_NAMES = {Side.CUSTOMER: Text("甲方", "Party A"), Side.OPERATOR: Text("乙方", "Party B")}
#: 到期自动顺延壹年 (P2-27).
RENEWAL_YEARS = 1

SIGNED_TWICE = Refusal(
    "signature.side_twice",
    "P2-29",
    Text("{side}已经签署", "{side_en} has signed already"),
)
SIGNER_MISSING = Refusal(
    "signature.signer_missing", "P2-32", Text("须填写签字人姓名", "The signer's name is needed")
)
NOT_A_REPRESENTATIVE = Refusal(
    "signature.not_a_representative",
    "P2-29",
    Text(
        "协议须由法定代表人或授权代表签字，经办人只能签附件",
        "The agreement is signed by the legal or an authorised representative; a handler signs attachments only",
    ),
)
POWER_OF_ATTORNEY_MISSING = Refusal(
    "signature.power_of_attorney_missing",
    "P2-29",
    Text("授权代表签字须有授权委托书", "An authorised representative needs a power of attorney on file"),
)
DATED_TOO_EARLY = Refusal(
    "signature.dated_too_early",
    "P2-29",
    Text(
        "签字或盖章日期早于{since}（文本形成之日）",
        "The signature or seal is dated before {since}, when the text came into being",
    ),
)
DATED_IN_FUTURE = Refusal(
    "signature.dated_in_future",
    "P2-29",
    Text("签字或盖章日期晚于今天", "The signature or seal is dated in the future"),
)
ORIGINAL_BEYOND_SIX = Refusal(
    "original.beyond_six",
    "P2-28",
    Text("协议一式陆份，没有第{subject}份", "There are six originals; there is no number {subject}"),
)
ORIGINAL_TWICE = Refusal(
    "original.registered_twice",
    "P2-28",
    Text("第{subject}份原件已登记", "Original {subject} is registered already"),
)
SIDE_HAS_THREE = Refusal(
    "original.side_has_three",
    "P2-28",
    Text("{side}已有叁份原件", "{side_en} has its three originals already"),
)
HOLDER_MISSING = Refusal(
    "original.holder_missing",
    "P2-28",
    Text("须填写原件的保管人和存放地点", "The holder and the place of the original are needed"),
)


def signature_refusals(
    signature: SignatureView, *, before: Sequence[SignatureView], since: date, today: date
) -> tuple[Refusal, ...]:
    """Why a signature cannot be recorded on a paper that came into being on `since` (P2-29, P2-31).

    `before` are the signatures on the same paper.
    """
    found: list[Refusal] = []
    if any(signature.side is earlier.side for earlier in before):
        found.append(_of_side(SIGNED_TWICE, signature.side))
    if not signature.signer_name.strip():
        found.append(SIGNER_MISSING)
    if signature.signer_role is SignerRole.HANDLER and signature.attachment is None:
        found.append(NOT_A_REPRESENTATIVE)
    if (
        signature.signer_role is SignerRole.AUTHORISED_REPRESENTATIVE
        and not signature.power_of_attorney.strip()
    ):
        found.append(POWER_OF_ATTORNEY_MISSING)
    if min(signature.signed_on, signature.sealed_on) < since:
        found.append(DATED_TOO_EARLY.filled(since=since.isoformat()))
    if max(signature.signed_on, signature.sealed_on) > today:
        found.append(DATED_IN_FUTURE)
    return tuple(found)


def effective_date(signatures: Iterable[SignatureView]) -> date | None:
    """The later of both sides' signature and seal dates; None until both sides have both (P2-29)."""
    signatures = tuple(signatures)
    if {signature.side for signature in signatures} != set(Side):
        return None
    return max(max(signature.signed_on, signature.sealed_on) for signature in signatures)


def term_end(first_day: date, years: int) -> date:
    """The last day of a term (P2-27): the day before the same date; 28 February where that does not exist."""
    try:
        after = first_day.replace(year=first_day.year + years)
    except ValueError:
        after = date(first_day.year + years, 3, 1)
    return after - timedelta(days=1)


def renewed_end(ends_on: date) -> date:
    """The last day after one renewal (P2-27)."""
    return term_end(ends_on + timedelta(days=1), RENEWAL_YEARS)


def original_refusals(
    ordinal: int, side: Side, holder: str, place: str, registered: Sequence[OriginalView]
) -> tuple[Refusal, ...]:
    """Why an original cannot be entered in the register: six in all, three a side (P2-28)."""
    found: list[Refusal] = []
    if not 1 <= ordinal <= ORIGINALS:
        found.append(ORIGINAL_BEYOND_SIX.about(str(ordinal)))
    if any(original.ordinal == ordinal for original in registered):
        found.append(ORIGINAL_TWICE.about(str(ordinal)))
    if sum(original.side is side for original in registered) >= ORIGINALS_PER_SIDE:
        found.append(_of_side(SIDE_HAS_THREE, side))
    return (*found, *holder_refusals(holder, place))


def holder_refusals(holder: str, place: str) -> tuple[Refusal, ...]:
    """An original has a holder and a place."""
    return () if holder.strip() and place.strip() else (HOLDER_MISSING,)


def _of_side(refusal: Refusal, side: Side) -> Refusal:
    words = SIDE_NAMES[side]
    return refusal.filled(side=words.zh, side_en=words.en)


def attachment_digest(agreement_number: str, members: Iterable[Sequence[str | int | None]]) -> str:
    """SHA-256 over the agreement's number and each member, one JSON line each, in row order (P2-30).

    A member is (row, name, identity number, number, plan, first-month mode, terminal, IMEI).
    """
    digest = hashlib.sha256(f"{agreement_number}\n".encode())
    for member in members:
        digest.update(f"{json.dumps(list(member), ensure_ascii=False)}\n".encode())
    return digest.hexdigest()
