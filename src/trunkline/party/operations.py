"""Verbs on organisations, handlers, contacts and accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb
from pypinyin import Style, lazy_pinyin

from trunkline.kernel.bulk import insert_rows
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.party.models import Account, Contact, Handler, Organization
from trunkline.party.queries import organization
from trunkline.party.rules import IDENTITY_MISSING, handler_refusals, uscc_refusals
from trunkline.party.types import (
    BANK_FIELDS,
    ContactRole,
    CustomerClass,
    HandlerDetails,
    IdentityStatus,
    Industry,
    NeedLevel,
    PaymentMethod,
    Segment,
)
from trunkline.security.audit import operation
from trunkline.security.types import Actor

#: Months within which a provisional customer completes its identity (S01-E1, Q-21).
IDENTITY_MONTHS = 2

USCC_TAKEN = Refusal(
    "organization.uscc_taken",
    "S01-A1",
    Text(
        "该统一社会信用代码已有客户：{subject}",
        "An organisation with this unified social credit code exists: {subject}",
    ),
)
ALREADY_COMPLETE = Refusal(
    "organization.identity_complete",
    "S01-E1",
    Text("客户身份信息已完整", "The organisation's identity is complete already"),
)
BANK_DATA_MISSING = Refusal(
    "account.bank_data_missing",
    "S01-G3",
    Text(
        "银行托收须提供开户行、行号、户名、账号和托收协议号",
        "Bank collection needs the bank, its code, account name and number, and the authorisation",
    ),
)


def pinyin_key(name: str) -> str:
    """The sort and search key of a Chinese name: its pinyin, and its initials after a blank."""
    return (
        "".join(lazy_pinyin(name)).lower()
        + " "
        + "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    )


def _uscc_taken(uscc: str) -> bool:
    """Over the whole operator: row-level security must not hide another branch's customer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT trunkline_uscc_taken(%s)", [uscc])
        return bool(cursor.fetchone()[0])


def _two_months_after(day: date) -> date:
    month = day.month - 1 + IDENTITY_MONTHS
    return date(day.year + month // 12, month % 12 + 1, min(day.day, 28))


@operation("organization.register")
def register_organization(
    *,
    branch_id: int,
    name: str,
    uscc: str | None,
    customer_class: CustomerClass,
    segment: Segment,
    industry: Industry,
    need_level: NeedLevel,
    address: str,
    legal_representative: str,
    account_manager_id: int | None = None,
    pre_approval_notice: str = "",
    actor: Actor,
    at: datetime,
) -> int:
    """Register an organisation and return its id.

    Without a unified social credit code it is provisional on its pre-approval notice and must complete its
    identity in two months (S01-G1, S01-E1). `Refused`: code fails its check, or is registered already.
    """
    if not uscc and not pre_approval_notice:
        raise Refused(IDENTITY_MISSING)
    if uscc:
        raise_if_any(uscc_refusals(uscc))
        if _uscc_taken(uscc):
            raise Refused(USCC_TAKEN.about(uscc))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('party_organization', 'id'))")
        identity = int(cursor.fetchone()[0])
    Organization.objects.create(
        pk=identity,
        branch_id=branch_id,
        code=f"G{identity:07d}",
        name=name,
        name_pinyin=pinyin_key(name),
        uscc=uscc or None,
        pre_approval_notice=pre_approval_notice,
        customer_class=customer_class,
        segment=segment,
        industry=industry,
        need_level=need_level,
        identity_status=IdentityStatus.COMPLETE if uscc else IdentityStatus.PROVISIONAL,
        identity_due_on=None if uscc else _two_months_after(local_date(at)),
        address=address,
        legal_representative=legal_representative,
        account_manager_id=account_manager_id,
        created_at=at,
    )
    return identity


@operation("organization.complete_identity")
def complete_identity(*, organization_id: int, uscc: str, actor: Actor, at: datetime) -> None:
    """Complete a provisional customer's identity with its licence's code (S01-E1)."""
    row = Organization.objects.select_for_update().filter(pk=organization_id).first()
    if row is None:
        organization(organization_id)
        return
    if row.identity_status == IdentityStatus.COMPLETE:
        raise Refused(ALREADY_COMPLETE)
    raise_if_any(uscc_refusals(uscc))
    if _uscc_taken(uscc):
        raise Refused(USCC_TAKEN.about(uscc))
    row.uscc = uscc
    row.identity_status = IdentityStatus.COMPLETE
    row.identity_due_on = None
    row.save(update_fields=["uscc", "identity_status", "identity_due_on"])


@operation("handler.register")
def register_handler(*, organization_id: int, details: HandlerDetails, actor: Actor, at: datetime) -> int:
    """Register a handler with all five fields and a valid identity document (S01-R1). Returns the id."""
    raise_if_any(handler_refusals(details))
    owner = organization(organization_id)
    row = Handler.objects.create(
        organization_id=owner.id,
        branch_id=owner.branch_id,
        name=details.name,
        phone=details.phone,
        email=details.email,
        postal_address=details.postal_address,
        postcode=details.postcode,
        id_number=details.id_number,
        registered_at=at,
    )
    return row.pk


@operation("organization.add_contact")
def add_contact(
    *,
    organization_id: int,
    name: str,
    role: ContactRole,
    title: str,
    phone: str,
    email: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Add a contact person (P4-04). Returns the id."""
    owner = organization(organization_id)
    row = Contact.objects.create(
        organization_id=owner.id,
        branch_id=owner.branch_id,
        name=name,
        role=role,
        title=title,
        phone=phone,
        email=email,
    )
    return row.pk


@operation("account.open")
def open_accounts(
    *,
    organization_id: int,
    titles: Sequence[str],
    payment_method: PaymentMethod,
    isolated: bool,
    bank_collection: dict[str, Any] | None = None,
    actor: Actor,
    at: datetime,
) -> tuple[int, ...]:
    """Open one billing account for each title, in one statement; returns their ids in the order of the titles.

    `isolated` accounts share no balance (P2-12). Bank collection needs its five data (S01-G3).
    """
    if payment_method is PaymentMethod.BANK_COLLECTION and not all(
        (bank_collection or {}).get(f) for f in BANK_FIELDS
    ):
        raise Refused(BANK_DATA_MISSING)
    owner = organization(organization_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('party_account', 'id')) FROM generate_series(1, %s)",
            [len(titles)],
        )
        ids = [int(row[0]) for row in cursor.fetchall()]
    bank = Jsonb(bank_collection) if bank_collection else None
    insert_rows(
        Account._meta.db_table,
        (
            "id",
            "organization_id",
            "branch_id",
            "code",
            "title",
            "payment_method",
            "bank_collection",
            "isolated",
            "billing_address",
            "payment_days",
            "opened_at",
        ),
        (
            (
                i,
                owner.id,
                owner.branch_id,
                f"A{i:09d}",
                title,
                payment_method,
                bank,
                isolated,
                owner.address,
                20,
                at,
            )
            for i, title in zip(ids, titles, strict=True)
        ),
    )
    return tuple(ids)
