"""Every parameter of a rule that business people tune, gathered from the contexts that declare them (ADR 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from trunkline.agreements.rules import breach, fair_use
from trunkline.catalog.operations import set_parameter
from trunkline.catalog.parameters import Parameter, ParameterSetting
from trunkline.catalog.queries import parameter_settings
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.numbering.leases import rules as leases
from trunkline.numbering.requests import rules as requests
from trunkline.security.types import Actor
from trunkline.subscriptions import rules as lines

PARAMETERS: Final[tuple[Parameter[Any], ...]] = (
    breach.OVERDUE_CAPPED,
    breach.OVERDUE_RATE,
    breach.TOP_UP_DAYS,
    fair_use.BARS_DATA,
    fair_use.TOLD_SHARES,
    leases.COUNTER_LEASE_HOURS,
    leases.WAITING_LEASE_HOURS,
    leases.LONGEST_QUEUE,
    requests.DESK_LEASE_DAYS,
    requests.MOST_PER_ORGANIZATION,
    lines.PORT_AFTER_DAYS,
    lines.PORT_CODE_MINUTES,
)
_BY_CODE: Final[Mapping[str, Parameter[Any]]] = {each.code: each for each in PARAMETERS}

UNKNOWN_PARAMETER = Refusal(
    "parameter.unknown", "", Text("没有这个参数：{subject}", "No such parameter: {subject}")
)


@dataclass(frozen=True, slots=True)
class ParameterHistory:
    """A parameter with everything it was set to, the newest first."""

    parameter: Parameter[Any]
    settings: tuple[ParameterSetting, ...]

    def on(self, day: date) -> ParameterSetting | None:
        """What is set on a day; None where the default counts."""
        return next(
            (s for s in self.settings if s.valid_from <= day and (s.valid_to is None or day < s.valid_to)),
            None,
        )

    def value(self, day: date) -> str:
        """The value that counts on a day, as written."""
        setting = self.on(day)
        return setting.value if setting else self.parameter.written(self.parameter.default)


def parameter(code: str) -> Parameter[Any]:
    """A declared parameter; `Refused` (``parameter.unknown``) for another code."""
    if code not in _BY_CODE:
        raise Refused(UNKNOWN_PARAMETER.about(code))
    return _BY_CODE[code]


def parameter_histories() -> tuple[ParameterHistory, ...]:
    """Every parameter, by clause."""
    settings = parameter_settings()
    return tuple(
        ParameterHistory(each, settings.get(each.code, ()))
        for each in sorted(PARAMETERS, key=lambda p: (p.clause, p.code))
    )


def adjust_parameter(
    *, code: str, value: str, valid_from: date, reference: str, actor: Actor, at: datetime
) -> int:
    """`set_parameter` by the parameter's code."""
    return set_parameter(
        parameter=parameter(code),
        value=value,
        valid_from=valid_from,
        reference=reference,
        actor=actor,
        at=at,
    )
