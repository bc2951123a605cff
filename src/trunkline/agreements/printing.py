"""The framework agreement (集团客户入网协议) and its attachments on paper (P2-01 … P2-33)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from trunkline.agreements.clauses.rules import printed_clauses
from trunkline.agreements.clauses.standard import AGREEMENT_CLAUSES
from trunkline.agreements.clauses.types import ClauseText
from trunkline.agreements.types import (
    BUSINESS_KIND_NAMES,
    MINIMUM_MEMBERS,
    ORIGINALS,
    ORIGINALS_PER_SIDE,
    BusinessKind,
)
from trunkline.catalog.types import FIRST_MONTH_NAMES, FirstMonthMode
from trunkline.kernel.money import ZERO, count_in_capitals, in_capitals
from trunkline.kernel.typeset import typeset, typeset_list, yuan

_TEMPLATES = Path(__file__).parent / "print"


@dataclass(frozen=True, slots=True)
class PremiumPrint:
    """靓号 of the agreement (P2-02). `last_release` is the last month's, which takes up the rounding; `releases` are
    told month by month where they are not alike.
    """

    number: str
    grade: str
    prepayment: Decimal
    monthly_release: Decimal
    last_release: Decimal
    months: int
    minimum_monthly: Decimal
    releases: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementPrint:
    """What stands in an agreement. Names of signers and their roles may be empty: they sign by hand.

    `plan_price` is yuan a month. Without `first_month_mode` no box is ticked (a 2G agreement, P2-04); without
    `data_cap_gb`, or a terminal with unsupported features, what a clause says of it is struck (P2-14, P2-17).
    `values` are what is filled into the clauses beside the fields here, by name (P2-08).
    """

    number: str
    customer_name: str
    customer_address: str
    customer_signer: str
    customer_signer_role: str
    operator_name: str
    operator_address: str
    operator_signer: str
    operator_signer_role: str
    business_kind: BusinessKind
    business_terms: str
    plan_name: str
    plan_price: Decimal
    first_month_mode: FirstMonthMode | None
    premiums: tuple[PremiumPrint, ...]
    data_cap_gb: int | None
    terminal_model: str
    unsupported_features: tuple[str, ...]
    term_years: int
    service: str = "移动"
    minimum_members: int = MINIMUM_MEMBERS
    renewal_years: int = 1
    originals: int = ORIGINALS
    originals_per_side: int = ORIGINALS_PER_SIDE
    clauses: tuple[ClauseText, ...] = tuple(clause.body for clause in AGREEMENT_CLAUSES)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberPrint:
    """One number of an attachment. `id_number` is printed as given: mask it before, where it must be."""

    row: int
    name: str
    id_number: str
    number: str
    plan_name: str
    first_month_mode: FirstMonthMode | None
    terminal_model: str
    imei: str


@dataclass(frozen=True, slots=True)
class AttachmentPrint:
    """An attachment (P2-30, P2-31). `sha256` is that of its content, as the agreement holds it."""

    agreement_number: str
    ordinal: int
    customer_name: str
    operator_name: str
    sha256: str
    members: tuple[MemberPrint, ...]


def agreement_pdf(p: AgreementPrint, *, at: datetime) -> bytes:
    """The agreement word for word as 篇2 has it, the blanks filled in. Raises `Refused` as `typeset` does."""
    prepaid = sum((premium.prepayment for premium in p.premiums), ZERO)
    data = {
        "number": p.number,
        "customer": _party(p.customer_name, p.customer_address, p.customer_signer, p.customer_signer_role),
        "operator": _party(p.operator_name, p.operator_address, p.operator_signer, p.operator_signer_role),
        "service": p.service,
        "minimum_members": str(p.minimum_members),
        "kinds": [
            {"name": name.zh, "on": kind is p.business_kind} for kind, name in BUSINESS_KIND_NAMES.items()
        ],
        "standard": p.business_kind is BusinessKind.STANDARD_PLAN,
        "business_terms": p.business_terms,
        "plan_name": p.plan_name,
        "plan_price": yuan(p.plan_price),
        "plan_price_capitals": in_capitals(p.plan_price),
        "first_month": p.first_month_mode.value if p.first_month_mode else "",
        "premiums": [_premium(premium) for premium in p.premiums],
        "prepaid": yuan(prepaid),
        "prepaid_capitals": in_capitals(prepaid),
        "clauses": [asdict(clause) for clause in printed_clauses(p.clauses, _values(p))],
    }
    return typeset(_TEMPLATES / "agreement.typ", data, at=at)


def _values(p: AgreementPrint) -> dict[str, str]:
    """What the blanks of the clauses are filled with, by name."""
    return {
        **p.values,
        "minimum_members": str(p.minimum_members),
        "plan_name": p.plan_name,
        "data_cap_gb": "" if p.data_cap_gb is None else str(p.data_cap_gb),
        "terminal_model": p.terminal_model,
        "unsupported_features": "、".join(p.unsupported_features),
        "term_years": count_in_capitals(p.term_years),
        "renewal_years": count_in_capitals(p.renewal_years),
        "originals": count_in_capitals(p.originals),
        "originals_per_side": count_in_capitals(p.originals_per_side),
    }


def attachment_pdf(p: AttachmentPrint, *, at: datetime) -> bytes:
    """An attachment: its numbers and terminals, counted, hashed, and signed by both sides' handlers.

    A long one comes in volumes, signed on the last; see `typeset_list`.
    """
    data = {
        "agreement_number": p.agreement_number,
        "ordinal": str(p.ordinal),
        "customer_name": p.customer_name,
        "operator_name": p.operator_name,
        "sha256": p.sha256,
        "count": f"{len(p.members):,}",
        "count_capitals": count_in_capitals(len(p.members)),
    }
    members = [
        (
            str(m.row),
            m.name,
            m.id_number,
            m.number,
            m.plan_name,
            FIRST_MONTH_NAMES[m.first_month_mode].zh if m.first_month_mode else "",
            "\n".join(part for part in (m.terminal_model, m.imei) if part),
        )
        for m in p.members
    ]
    return typeset_list(_TEMPLATES / "attachment.typ", data, members, at=at)


def _party(name: str, address: str, signer: str, role: str) -> dict[str, str]:
    return {"name": name, "address": address, "signer": f"{signer}（{role}）" if signer and role else signer}


def _premium(premium: PremiumPrint) -> tuple[str, ...]:
    release = yuan(premium.monthly_release)
    if premium.releases:
        release = "\n".join(f"{n}月 {yuan(amount)}" for n, amount in _runs(premium.releases))
    elif premium.last_release != premium.monthly_release:
        release += f"\n末月 {yuan(premium.last_release)}"
    return (
        premium.number,
        premium.grade,
        yuan(premium.prepayment),
        release,
        str(premium.months),
        yuan(premium.minimum_monthly),
    )


def _runs(releases: tuple[Decimal, ...]) -> list[tuple[str, Decimal]]:
    """Months that release alike, together: ``第1—3`` and the yuan of each."""
    found: list[tuple[str, Decimal]] = []
    start = 0
    for index in range(1, len(releases) + 1):
        if index == len(releases) or releases[index] != releases[start]:
            found.append((f"第{start + 1}" + (f"—{index}" if index > start + 1 else ""), releases[start]))
            start = index
    return found
