"""资料变更 (S09): the records of customers and billing accounts, by signed orders only (P5-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from trunkline.kernel.refusals import Refused
from trunkline.party.models import Account, Organization
from trunkline.party.operations.registering import BANK_DATA_MISSING, pinyin_key
from trunkline.party.queries import organization
from trunkline.party.types import BANK_FIELDS, PaymentMethod
from trunkline.security.audit import operation
from trunkline.security.types import Actor

#: What 客户资料变更 may change; the credit code is completed, never changed (S01-E1).
CUSTOMER_FIELDS = ("name", "address", "legal_representative")


@operation("organization.change")
def change_organization(
    *, organization_id: int, values: Mapping[str, str], actor: Actor, at: datetime
) -> None:
    """Change some of `CUSTOMER_FIELDS` of an organisation (S09-1)."""
    organization(organization_id)
    changed = {name: values[name] for name in CUSTOMER_FIELDS if name in values}
    if "name" in changed:
        changed["name_pinyin"] = pinyin_key(changed["name"])
    Organization.objects.filter(pk=organization_id).update(**changed)


@operation("account.change")
def change_accounts(
    *,
    account_ids: Sequence[int],
    title: str | None,
    billing_address: str | None,
    payment_method: PaymentMethod | None,
    bank_collection: Mapping[str, str] | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Change title, address or way of payment of accounts, all alike (S09-1); what is None stays.

    `Refused` when bank collection lacks one of its data (S01-G3).
    """
    values: dict[str, Any] = {}
    if title is not None:
        values["title"] = title
    if billing_address is not None:
        values["billing_address"] = billing_address
    if payment_method is PaymentMethod.BANK_COLLECTION:
        if not all((bank_collection or {}).get(name) for name in BANK_FIELDS):
            raise Refused(BANK_DATA_MISSING)
        values |= {"payment_method": payment_method, "bank_collection": dict(bank_collection or {})}
    elif payment_method is not None:
        values |= {"payment_method": payment_method, "bank_collection": None}
    Account.objects.filter(pk__in=account_ids).update(**values)
