"""Agreements for tests, made through the same operations as real work."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter

from tests.codes import imei, resident_id
from tests.world import World, logins, number_of
from trunkline.agreements import operations as agreements
from trunkline.agreements.types import AgreementTerms, BusinessKind, PremiumTerms, Side, SignerRole
from trunkline.kernel.periods import local_date
from trunkline.ordering.types import OrderRequest, PaperKind, ShownPaper
from trunkline.security.queries import actor_by_login
from trunkline.security.types import Actor, Door

HEADER = ("姓名", "证件号码", "意向号码", "套餐", "首月资费", "终端型号", "串号")
_MODES = ("全月套餐", "套餐减半", "套餐包外资费（免月租）")


def xlsx(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    """A workbook of text cells."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for place, row in enumerate([header, *rows]):
        for column, cell in enumerate(row):
            sheet.write_string(place, column, cell)
    book.close()
    return buffer.getvalue()


def member_rows(count: int, *, plan: str = "3G-66", start: int = 1) -> list[list[str]]:
    """Rows of a member sheet whose every cell is right; numbers are left blank."""
    return [
        [
            f"成员{i}",
            resident_id("340104", "19880808", i),
            "",
            plan,
            _MODES[i % len(_MODES)],
            "WP-S7",
            imei(i),
        ]
        for i in range(start, start + count)
    ]


def terms(
    organization_id: int, *, premiums: tuple[PremiumTerms, ...] = (), plan: str = "3G-66"
) -> AgreementTerms:
    """Ordinary terms: two years, fifty members, cap of 6 GB."""
    return AgreementTerms(
        organization_id=organization_id,
        business_kind=BusinessKind.STANDARD_PLAN,
        business_terms="",
        plan_code=plan,
        first_month_mode="full_month",
        term_years=2,
        premiums=premiums,
    )


def premium(number: str) -> PremiumTerms:
    """The usual commitment of a number ending in four like digits."""
    return PremiumTerms(number, "AAAA", Decimal("12000.00"), 12, Decimal("189.00"))


def approve(agreement_id: int, at: datetime) -> None:
    """Have a submitted agreement approved by somebody who did not write it."""
    reviewer = actor_by_login(logins("department_manager", "AH"), Door.WEB)
    agreements.review_agreement(agreement_id=agreement_id, approve=True, actor=reviewer, at=at)


def decide_renewal(agreement_id: int, *, renew: bool, actor: Actor, at: datetime) -> None:
    """Have the renewal of an agreement near its end reviewed by `actor` and approved by somebody else."""
    note = "" if renew else "客户书面提出到期不再顺延"
    agreements.review_renewal(agreement_id=agreement_id, renew=renew, note=note, actor=actor, at=at)
    approver = actor_by_login(logins("department_manager", "AH"), Door.WEB)
    agreements.decide_renewal(agreement_id=agreement_id, approve=True, actor=approver, at=at)


def print_reviewed(agreement_id: int, *, actor: Actor, at: datetime) -> None:
    """From draft to the printed text."""
    agreements.submit_agreement(agreement_id=agreement_id, actor=actor, at=at)
    approve(agreement_id, at)
    agreements.print_agreement(agreement_id=agreement_id, actor=actor, at=at)


def signed_agreement(
    organization_id: int,
    rows: Sequence[Sequence[str]],
    *,
    premiums: tuple[PremiumTerms, ...] = (),
    attachment_signed: bool = True,
    agreed: AgreementTerms | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """An agreement in force with an accepted and signed member sheet; on ordinary terms unless `agreed` says which."""
    agreement_id = agreements.draft_agreement(
        terms=agreed or terms(organization_id, premiums=premiums), actor=actor, at=at
    )
    agreements.accept_members(agreement_id=agreement_id, content=xlsx(rows), actor=actor, at=at)
    print_reviewed(agreement_id, actor=actor, at=at)
    day: date = local_date(at)
    for side in (Side.CUSTOMER, Side.OPERATOR):
        agreements.sign_agreement(
            agreement_id=agreement_id,
            side=side,
            signer_name="何守正",
            signer_role=SignerRole.LEGAL_REPRESENTATIVE,
            power_of_attorney="",
            signed_on=day,
            sealed_on=day,
            actor=actor,
            at=at,
        )
        if attachment_signed:
            agreements.sign_attachment(
                agreement_id=agreement_id,
                attachment=1,
                side=side,
                signer_name="冯立群",
                signed_on=day,
                sealed_on=day,
                actor=actor,
                at=at,
            )
    return agreement_id


FIVE_PAPERS = (
    ShownPaper(PaperKind.HANDLER_ID, "340102198001010018", True, False, True),
    ShownPaper(PaperKind.AUTHORISATION, "委托〔2026〕1号", True, True, True),
    ShownPaper(PaperKind.REGISTRATION_CERTIFICATE, "91340100MA", False, True, True),
    ShownPaper(PaperKind.NETWORK_AGREEMENT, "协议", True, True, True),
    ShownPaper(PaperKind.SUB_USER_TABLE, "子用户号码表", True, True, True),
)


def installation(
    world: World,
    agreement_id: int,
    organization_id: int,
    *,
    key: str = "",
    papers: Sequence[ShownPaper] = FIVE_PAPERS,
) -> OrderRequest:
    """A new-installation request with all five papers."""
    return OrderRequest(
        item_code="new_installation",
        organization_id=organization_id,
        handler_id=world.handlers[organization_id],
        papers=tuple(papers),
        details={"payment_method": "cash"},
        agreement_id=agreement_id,
        idempotency_key=key,
    )


__all__ = ["FIVE_PAPERS", "number_of"]
