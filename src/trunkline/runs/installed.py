"""Installed products as the bill run takes them, and the accounts that have something in a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trunkline.billing.installed import InstalledMonth, Rate
from trunkline.catalog.types import TaxClass
from trunkline.installations.queries import charged_accounts, charged_products
from trunkline.kernel.periods import Month
from trunkline.ordering.products import specification
from trunkline.subscriptions.queries import plan_periods


def installed_by_account(month: Month) -> Mapping[int, Sequence[InstalledMonth]]:
    """The products that a month's bills charge, by account."""
    found: dict[int, list[InstalledMonth]] = {}
    for product in charged_products(month):
        found.setdefault(product.account_id, []).append(
            InstalledMonth(
                number=product.number,
                code=f"product.{product.specification}",
                title=specification(product.specification).title,
                tax_class=TaxClass(product.tax_class),
                contract=product.contract,
                one_time_fee=product.one_time_fee,
                goods_part=product.goods_part,
                billed_from=product.billed_from,
                confirmed=product.confirmed,
                late_days=product.late_days,
                rates=tuple(
                    Rate(rate.monthly_fee, rate.reference, rate.valid_from, rate.valid_to)
                    for rate in product.rates
                ),
            )
        )
    return found


def active_accounts(month: Month) -> set[int]:
    """The accounts that a month must bill: those with a line or a charged product."""
    return {period.account_id for period in plan_periods(month)} | charged_accounts(month)
