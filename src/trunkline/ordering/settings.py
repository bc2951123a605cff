"""What business people tune, by date: inferred items and guards on or off, and the parameters of items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from trunkline.kernel.periods import local_date
from trunkline.kernel.refusals import Refusal, Refused, raise_if_any
from trunkline.kernel.text import Text
from trunkline.ordering.item import Guard, LineGuard, Origin, ServiceItem
from trunkline.ordering.models import RuleSetting
from trunkline.security.audit import operation
from trunkline.security.types import Actor

ENABLED = "enabled"
#: Hours after which an order of an item is late, where the item names none (domain 1.2, 4.3).
TIME_LIMIT_HOURS = "time_limit_hours"

RULE_FIXED = Refusal(
    "rule.fixed",
    "",
    Text("原文规定的规则不能停用：{subject}", "A rule of the standard's own text stays on: {subject}"),
)
RULE_UNREFERENCED = Refusal(
    "rule.no_reference", "", Text("须注明依据", "A reference is needed for the change of a rule")
)
RULE_PERIOD_EMPTY = Refusal(
    "rule.period_empty",
    "",
    Text("截止日期须晚于开始日期", "The setting must end after the day it begins"),
)
RULE_BACKDATED = Refusal(
    "rule.backdated",
    "",
    Text("设置不得自过去的日期起", "A setting cannot begin on a day that is past"),
)
RULE_OVERLAPS = Refusal(
    "rule.overlaps",
    "",
    Text("该日期内已有设置：{subject}", "There is a setting for these days already: {subject}"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force on one day."""

    values: Mapping[tuple[str, str, str], Any]

    def enabled(
        self,
        item: ServiceItem[Any, Any],
        guard: Guard[Any] | LineGuard[Any, Any] | None = None,
    ) -> bool:
        """Whether an item, or a guard of it, is on."""
        return bool(self.values.get((item.code, guard.code if guard else "", ENABLED), True))

    def number(self, item_code: str, name: str, default: int) -> int:
        """A parameter of an item."""
        return int(self.values.get((item_code, "", name), default))


@dataclass(frozen=True, slots=True)
class RuleSettingView:
    """A setting with its dates and why it was made."""

    item_code: str
    guard: str
    name: str
    value: Any
    reference: str
    valid_from: date
    valid_to: date | None


def settings_on(day: date) -> Settings:
    """Every setting in force on a day."""
    rows = RuleSetting.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)
    return Settings({(row.item_code, row.guard, row.name): row.value for row in rows})


def rule_settings(item_codes: Iterable[str]) -> tuple[RuleSettingView, ...]:
    """All settings of some items, the newest first."""
    rows = RuleSetting.objects.filter(item_code__in=set(item_codes)).order_by("-valid_from", "id")
    return tuple(
        RuleSettingView(
            row.item_code, row.guard, row.name, row.value, row.reference, row.valid_from, row.valid_to
        )
        for row in rows
    )


@operation("rule.adjust")
def adjust_rule(
    *,
    item: ServiceItem[Any, Any],
    guard: Guard[Any] | LineGuard[Any, Any] | None,
    name: str,
    value: bool | int,
    valid_from: date,
    valid_to: date | None,
    reference: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Set a rule for a period, half-open; only what is inferred can be switched off.

    What was decided under the rules of a day that is past stays explained by them: nothing begins there. `Refused`:
    ``rule.fixed`` for a rule of the source text, ``rule.no_reference``, ``rule.period_empty``, ``rule.backdated``,
    ``rule.overlaps``.
    """
    subject = f"{item.code}.{guard.code}" if guard else item.code
    fixed = name == ENABLED and (guard or item).origin is Origin.SOURCE
    raise_if_any(
        [
            *([RULE_FIXED.about(subject)] if fixed else []),
            *([] if reference.strip() else [RULE_UNREFERENCED]),
            *([RULE_PERIOD_EMPTY] if valid_to is not None and valid_to <= valid_from else []),
            *([RULE_BACKDATED] if valid_from < local_date(at) else []),
        ]
    )
    # What was open until further notice ends where the new setting begins.
    RuleSetting.objects.filter(
        item_code=item.code,
        guard=guard.code if guard else "",
        name=name,
        valid_to__isnull=True,
        valid_from__lt=valid_from,
    ).update(valid_to=valid_from)
    try:
        with transaction.atomic():
            RuleSetting.objects.create(
                item_code=item.code,
                guard=guard.code if guard else "",
                name=name,
                value=value,
                reference=reference.strip(),
                valid_from=valid_from,
                valid_to=valid_to,
            )
    except IntegrityError as error:
        if "rule_settings_do_not_overlap" in str(error):
            raise Refused(RULE_OVERLAPS.about(subject)) from error
        raise
