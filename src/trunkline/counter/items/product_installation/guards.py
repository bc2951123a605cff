"""What speaks against a new installation of a product (S99, REG-16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from trunkline.counter.items.product_installation import service_400
from trunkline.counter.items.product_installation.facts import Facts
from trunkline.installations.types import BillingRule
from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.ordering.fields import Records
from trunkline.ordering.item import Circumstances
from trunkline.security.types import CHANNEL_NAMES, Channel

FOREIGN_AGREEMENT = Refusal(
    "s99.foreign_agreement",
    "S99-A1",
    Text("入网协议不属于该集团客户", "The network agreement is another organisation's"),
)
FOREIGN_ACCOUNT = Refusal(
    "s99.foreign_account",
    "S99-R2",
    Text("付费账户{subject}不属于该集团客户", "Account {subject} is not one of the organisation's"),
)
PAST_DATE = Refusal(
    "s99.requested_date_past",
    "S99-1",
    Text("要求开通日期不能早于受理日", "The requested date cannot lie before today"),
)
NOTICE_DAYS_MISSING = Refusal(
    "s99.notice_days_missing",
    "S99-1",
    Text(
        "按开通通知起租的，须填写通知后天数",
        "Where billing starts after the notice of opening, say how many days after it",
    ),
)
NOT_APPROVED = Refusal(
    "s99.discount_not_approved",
    "S99-F",
    Text("给予折扣的，须填写审批文号", "A discount needs the reference of its approval"),
)
TOO_FEW = Refusal(
    "s99.too_few_records",
    "S99-1",
    Text(
        "{records}至少{least}条，现有{count}条",
        "{records_en}: at least {least} are needed, {count} are given",
    ),
)
TOO_MANY = Refusal(
    "s99.too_many_records",
    "S99-1",
    Text("{records}最多{most}条，现有{count}条", "{records_en}: at most {most}, {count} are given"),
)
REPEATED = Refusal(
    "s99.repeated_record",
    "S99-1",
    Text(
        "{record}：{field}“{value}”与{other}重复",
        "{record_en}: {field_en} “{value}” repeats that of {other_en}",
    ),
)
GOODS_ABOVE_FEE = Refusal(
    "s99.goods_above_fee",
    "S99-F",
    Text("硬件价款不能超过一次性费用", "The part for hardware cannot be more than the one-time fee"),
)
OWN_HALL_ONLY = Refusal(
    "s99.own_hall_only",
    "REG-16",
    Text(
        "{product}为重点电信业务，只能在自有营业厅办理，不能在{channel}办理",
        "{product_en} is a key service: only an own hall takes it, not: {channel_en}",
    ),
)
BLACKLISTED = Refusal(
    "s99.blacklisted",
    "REG-16",
    Text("黑名单客户不能办理重点电信业务", "A customer on the blacklist gets no key service"),
)

Check = Callable[[Circumstances, Facts], Iterable[Refusal]]


def under(clause: str, check: Callable[[Circumstances, Any], Iterable[Refusal]]) -> Check:
    """A rule of the first item as the last one states it, under its own clause."""
    return lambda around, facts: [replace(refusal, clause=clause) for refusal in check(around, facts)]


def agreement_of_the_organisation(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    """A network agreement that is named is the organisation's own."""
    owner = facts.agreement_organization_id
    return [] if owner in (None, around.organization.id) else [FOREIGN_AGREEMENT]


def account_of_the_organisation(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    """An account that is named is the organisation's own."""
    code = around.request.details.get("account")
    return [] if code is None or code in facts.accounts else [FOREIGN_ACCOUNT.about(code)]


def requested_date_to_come(around: Circumstances, _: Facts) -> Sequence[Refusal]:
    """Nobody can be connected in the past. What was in time when it was accepted stays so."""
    wanted = around.request.details.get("requested_on")
    past = wanted is not None and date.fromisoformat(wanted) < local_date(around.at)
    return [PAST_DATE] if past and not around.keys else []


def billing_rule_complete(around: Circumstances, _: Facts) -> Sequence[Refusal]:
    """起租规则 by notice says how many days."""
    details = around.request.details
    open_ended = details.get("billing_rule") == BillingRule.NOTICE and "notice_days" not in details
    return [NOTICE_DAYS_MISSING] if open_ended else []


def discount_approved(around: Circumstances, _: Facts) -> Sequence[Refusal]:
    """A discount rests on an approval."""
    details = around.request.details
    return [NOT_APPROVED] if "discount" in details and "discount_approval" not in details else []


def records_enough(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    """As many sites, points, members as the product needs, and no more than one order takes."""
    records = facts.product.records if facts.product else None
    if records is None:
        return []
    count = len(records.ordinals(around.request.details))
    words = {"records": records.label.zh, "records_en": records.label.en, "count": count}
    found = [TOO_FEW.filled(least=records.least, **words)] if count < records.least else []
    return found + ([TOO_MANY.filled(most=records.most, **words)] if count > records.most else [])


def records_distinct(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    """No two records name the same site, number or serial."""
    records = facts.product.records if facts.product else None
    return _repeated(records, around.request.details) if records else []


def _repeated(records: Records, details: dict[str, Any]) -> list[Refusal]:
    labels = {field.name: field.label for field in records.fields}
    seen: dict[tuple[str, str], int] = {}
    found = []
    for ordinal in records.ordinals(details):
        values = records.values_of(ordinal, details)
        for name in records.distinct:
            if name not in values:
                continue
            first = seen.setdefault((name, values[name]), ordinal)
            if first != ordinal:
                record, other = records.singular.format(n=ordinal), records.singular.format(n=first)
                found.append(
                    REPEATED.about(
                        f"{records.name}.{ordinal}.{name}",
                        record=record.zh,
                        record_en=record.en,
                        field=labels[name].zh,
                        field_en=labels[name].en,
                        value=values[name],
                        other=other.zh,
                        other_en=other.en,
                    )
                )
    return found


def goods_part(around: Circumstances, facts: Facts) -> Decimal:
    """What of the one-time fee is for goods, taxed apart (domain 4.6)."""
    name = facts.product.goods_part if facts.product else ""
    return Decimal(around.request.details.get(name, "0.00"))


def goods_within_fee(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    """The hardware is part of the one-time fee."""
    fee = around.request.details.get("one_time_fee")
    return [GOODS_ABOVE_FEE] if fee is not None and goods_part(around, facts) > Decimal(fee) else []


def key_service_in_own_hall(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    """REG-16: key services only through the operator's own halls."""
    if facts.product is None or not facts.product.key_service or around.channel is Channel.OWN_HALL:
        return []
    product, channel = facts.product.title, CHANNEL_NAMES[around.channel]
    return [
        OWN_HALL_ONLY.filled(
            product=product.zh, product_en=product.en, channel=channel.zh, channel_en=channel.en
        )
    ]


def of_the_400_number(check: service_400.Check) -> Check:
    """A rule of 400 numbers, for the products that take one."""

    def checked(around: Circumstances, facts: Facts) -> Iterable[Refusal]:
        if facts.product is None or facts.service_number is None:
            return ()
        return check(around, facts.product, facts.service_number)

    return checked


def key_service_not_blacklisted(around: Circumstances, facts: Facts) -> Sequence[Refusal]:
    """REG-16: blacklisted users are refused."""
    protected = facts.product is not None and facts.product.key_service
    return [BLACKLISTED] if protected and around.organization.blacklisted else []
