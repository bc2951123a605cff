"""Filters and tags of every page: `{% load desk %}`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trunkline.billing.charges import UNIT_NAMES
from trunkline.billing.types import BillLineView, BillView, PaymentView, Rounding
from trunkline.catalog.types import FirstMonthMode, OfferingView
from trunkline.interfaces.web import formats, words
from trunkline.interfaces.web.navigation import Group, menu
from trunkline.kernel.refusals import Refusal
from trunkline.kernel.text import Text
from trunkline.rating.types import RejectReason
from trunkline.security.queries import branches
from trunkline.security.types import Actor

register = template.Library()

for _filter in (
    formats.money,
    formats.unit_price,
    formats.count,
    formats.gigabytes,
    formats.percent,
    formats.day,
    formats.moment,
    formats.masked_id,
    formats.masked_phone,
    formats.without_ids,
    formats.spaced_number,
    formats.share,
):
    register.filter(_filter.__name__, _filter)


def _language() -> str:
    return get_language() or "zh-hans"


@register.filter
def words_of(value: Text | StrEnum | str | None) -> str:
    """A Text, or a coded value, in the session's language."""
    if isinstance(value, Text):
        return value.in_language(_language())
    if isinstance(value, StrEnum):
        return words.text_of(value).in_language(_language())
    return value or ""


@register.filter
def sentence_of(text: Text) -> str:
    """A declared sentence in the session's language, with a dash for each value that is still open."""
    return re.sub(r"\{\w+\}", "—", text.in_language(_language()))


@register.filter
def plan_name(offering: OfferingView | None) -> str:
    """An offering in the session's language; empty where there is none."""
    if offering is None:
        return ""
    return offering.name_en if _language().startswith("en") else offering.name


@register.filter
def first_month(mode: str | None) -> str:
    """首月资费标准 in words; a dash where there is none (2G)."""
    return words.text_in(FirstMonthMode, mode).in_language(_language()) if mode else formats.NOTHING


@register.filter
def reject_reason(reason: str) -> str:
    """Why a usage record was not taken, in words."""
    return words.text_in(RejectReason, reason).in_language(_language())


@register.filter
def badge(state: StrEnum) -> SafeString:
    """A coded state as a coloured badge."""
    return format_html('<span class="state state-{}">{}</span>', words.tone_of(state), words_of(state))


@register.filter
def get(mapping: Mapping[Any, Any], key: object) -> Any:
    """The value under `key`, or nothing."""
    return mapping.get(key)


@register.filter
def owed(bill: BillView) -> Decimal:
    """What is still to be paid of a bill in cash."""
    return bill.cash_due - bill.paid


@register.filter
def net(bill: BillView) -> Decimal:
    """A bill without its tax."""
    return bill.total - bill.tax_total


@register.filter
def paid_for(payment: PaymentView, bill_id: int) -> Decimal:
    """What a payment met of one bill."""
    return sum((amount for bill, amount in payment.allocations if bill == bill_id), Decimal(0))


def _explained(line: BillLineView, name: str) -> str:
    language = "en" if _language().startswith("en") else "zh"
    return str(line.explanation.get(f"{name}_{language}", ""))


@register.filter
def formula(line: BillLineView) -> str:
    """How a bill line's amount came about."""
    return _explained(line, "formula")


@register.filter
def line_note(line: BillLineView) -> str:
    """What else is to be said about a bill line."""
    return _explained(line, "note")


@register.filter
def measured(line: BillLineView) -> str:
    """What was measured for a usage line, in the base unit of its kind."""
    names = {"voice": _("%(n)s 秒"), "data": _("%(n)s 字节")}
    quantity = formats.count(line.explanation.get("measured"))
    return names.get(line.code.partition(".")[0], _("%(n)s 条")) % {"n": quantity}


@register.filter
def unit_words(unit: str) -> str:
    """The unit of a bill line."""
    return UNIT_NAMES.get(unit, Text(unit, unit)).in_language(_language())


@register.filter
def rounding_words(rounding: str) -> str:
    """How an amount came to whole fen."""
    return words.text_in(Rounding, rounding).in_language(_language())


@register.filter
def may(actor: Actor, permission: str) -> bool:
    """Whether `actor` has `permission`."""
    return actor.may(permission)


@register.filter
def subjects(refusals: tuple[Refusal, ...]) -> bool:
    """Whether any refusal names what it is about."""
    return any(r.subject for r in refusals)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite; it says nothing to a screen reader."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static("vendor/icons.svg"),
        name,
    )


@register.inclusion_tag("web/field.html")
def field(bound: BoundField, layout: str = "") -> dict[str, object]:
    """A form field with its label, help and errors. `layout` is a column class."""
    return {"field": bound, "layout": layout, "kind": getattr(bound.field.widget, "input_type", "select")}


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> tuple[Group, ...]:
    """The menu of the logged-in person."""
    return menu(context["request"].actor)


@register.simple_tag(takes_context=True)
def here(context: Context, roots: tuple[str, ...]) -> bool:
    """Whether the page lies under one of `roots`."""
    path = context["request"].path
    return any(path == root if root == "/" else path.startswith(root) for root in roots)


@register.simple_tag
def branch_name(branch_id: int) -> str:
    """The name of a branch in the session's language."""
    found = next((b for b in branches() if b.id == branch_id), None)
    if found is None:
        return ""
    return found.name_en if _language().startswith("en") else found.name


@register.filter
def as_json(value: object) -> str:
    """A value for a `data-` attribute; the template escapes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
