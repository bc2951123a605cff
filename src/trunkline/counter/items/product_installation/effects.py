"""What a new installation of a product does: an account where none is named, the product, the tasks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from trunkline.counter.items.new_installation.guards import bank_collection, payment_method
from trunkline.counter.items.product_installation.facts import Facts
from trunkline.counter.items.product_installation.guards import goods_part
from trunkline.installations.operations import order_installation
from trunkline.installations.rules import deadlines
from trunkline.installations.types import (
    BillingRule,
    NewInstallation,
    NewPlace,
    PlaceKind,
    SlaGrade,
    TaskKind,
)
from trunkline.kernel.periods import local_date, start_of_day
from trunkline.numbering.leases.rules import customer_holder
from trunkline.numbering.operations import assign_numbers
from trunkline.numbering.requests.operations import tie_order
from trunkline.ordering.fields import Field
from trunkline.ordering.item import Circumstances, PlannedLine
from trunkline.ordering.products import ProductSpecification
from trunkline.ordering.types import Change, ItemAction
from trunkline.party.operations import open_accounts
from trunkline.security.types import Actor

#: An order is for one product.
ONLY = 1


def _changes(fields: Iterable[Field], details: dict[str, str]) -> Iterable[Change]:
    return (
        Change(field.label, "", field.words_of(details[field.name]))
        for field in fields
        if field.name in details
    )


def planned(
    header: Sequence[Field], around: Circumstances, _: Facts, product: ProductSpecification
) -> PlannedLine:
    """The product as the line of the order, with everything that was answered but its records."""
    details = around.request.details
    ends = [field for fields in product.place_fields().values() for field in fields]
    changes = [*_changes((*header, *product.characteristics, *ends), details)]
    if product.records:
        count = len(product.records.ordinals(details))
        changes.append(Change(product.records.label, "", str(count)))
    return PlannedLine(
        key=ONLY,
        action=ItemAction.ADD,
        number="",
        user_name="",
        plan_name=product.title.zh,
        changes=tuple(changes),
    )


def due(around: Circumstances, facts: Facts) -> datetime | None:
    """The end of the last day in time for opening it (domain 4.3, 5)."""
    if facts.product is None:
        return None
    days = facts.product.days(around.request.details)
    last = deadlines(local_date(around.at), days, facts.calendar)[TaskKind.CUSTOMER_ACCEPTANCE]
    return start_of_day(last + timedelta(days=1))


def _places(product: ProductSpecification, details: dict[str, str]) -> Iterable[NewPlace]:
    for end, fields in product.place_fields().items():
        prefix = f"{end}."
        values = {f.name.removeprefix(prefix): details[f.name] for f in fields if f.name in details}
        yield NewPlace(PlaceKind(end), ONLY, values)
    if product.records:
        for ordinal, written in enumerate(product.records.ordinals(details), 1):
            yield NewPlace(PlaceKind.RECORD, ordinal, product.records.values_of(written, details))


def _account(around: Circumstances, facts: Facts, product: ProductSpecification, actor: Actor) -> int:
    code = around.request.details.get("account")
    if code is not None:
        return facts.accounts[code].id
    return open_accounts(
        organization_id=around.organization.id,
        titles=[f"{around.organization.name} {product.title.zh}"],
        payment_method=payment_method(around),
        isolated=True,
        bank_collection=bank_collection(around) or None,
        actor=actor,
        at=around.at,
    )[0]


def _take_number(around: Circumstances, number: str, actor: Actor) -> None:
    """What the desk reserved becomes the product's (P1-07)."""
    holder = customer_holder(around.organization.id)
    assign_numbers(numbers=[number], holder=holder, actor=actor, at=around.at)
    if around.order is not None:
        tie_order(number=number, order_number=around.order.number)


def install(
    around: Circumstances, facts: Facts, products: Sequence[ProductSpecification], actor: Actor
) -> Sequence[int]:
    """The product is ordered, its first task open, its 400 number in use; no line of service comes of it."""
    details = around.request.details
    if around.order is None:
        raise ValueError("a product is installed for an order")
    for product in products:
        new = NewInstallation(
            order_id=around.order.id,
            organization_id=around.organization.id,
            branch_id=around.organization.branch_id,
            branch_code=around.branch.code,
            account_id=_account(around, facts, product, actor),
            agreement_id=around.request.agreement_id,
            specification=product.code,
            letters=product.letters,
            characteristics={
                field.name: details[field.name] for field in product.characteristics if field.name in details
            },
            places=tuple(_places(product, details)),
            contract=details["contract"],
            requested_on=date.fromisoformat(details["requested_on"]),
            workdays=product.days(details),
            billing_rule=BillingRule(details["billing_rule"]),
            notice_days=int(details["notice_days"]) if "notice_days" in details else None,
            term_months=int(details["term_months"]),
            one_time_fee=Decimal(details["one_time_fee"]),
            goods_part=goods_part(around, facts),
            monthly_fee=Decimal(details["monthly_fee"]),
            discount=int(details["discount"]) if "discount" in details else None,
            discount_approval=details.get("discount_approval", ""),
            sla=SlaGrade(details["sla"]),
            tax_class=product.tax_class,
        )
        order_installation(new=new, actor=actor, at=around.at)
        if facts.service_number is not None:
            _take_number(around, facts.service_number.number, actor)
    return [0 for _ in products]
