"""`trunkline verify`: every invariant over the whole database."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from datetime import datetime

import click
from django.apps import apps

from trunkline.interfaces.cli.door import BROKEN, command_for
from trunkline.interfaces.cli.output import Output, console
from trunkline.interfaces.cli.words import say
from trunkline.kernel.checks import Check
from trunkline.kernel.refusals import Refusal, Refused
from trunkline.kernel.text import Text
from trunkline.security.queries import branches
from trunkline.security.types import Actor

NOT_EVERYWHERE = Refusal(
    "verify.not_everywhere",
    "",
    Text(
        "核查须能看到所有分公司的数据，{subject}只能看到一部分",
        "Verification must see every branch, and {subject} sees only some",
    ),
)
#: Places of one broken invariant that are printed; JSON has them all.
_SHOWN = 20


def all_checks() -> tuple[Check, ...]:
    """The invariants of every context, lowest floor first."""
    found: list[Check] = []
    for config in apps.get_app_configs():
        name = f"{config.name}.checks"
        if config.name.startswith("trunkline.") and importlib.util.find_spec(name) is not None:
            found += importlib.import_module(name).CHECKS
    return tuple(found)


def broken(checks: Sequence[Check]) -> list[tuple[Check, Sequence[str]]]:
    """The checks that do not hold, each with its places. Runs inside `acting`."""
    results = [(check, check.find()) for check in checks]
    return [(check, places) for check, places in results if places]


@command_for(
    "verify.view",
    None,
    "verify",
    text=Text("核查全库不变量", "Check every invariant over the whole database"),
)
def verify(*, actor: Actor, at: datetime, out: Output) -> None:
    """Run all checks; exit status 1 when one is broken."""
    if {branch.id for branch in branches()} - set(actor.branch_ids):
        raise Refused(NOT_EVERYWHERE.about(actor.login))
    checks = all_checks()
    found = broken(checks)
    if out.as_json:
        out.data(
            {
                "checks": len(checks),
                "broken": [
                    {"code": c.code, "clause": c.clause, "zh": c.text.zh, "en": c.text.en, "places": places}
                    for c, places in found
                ],
            }
        )
    for check, places in [] if out.as_json else found:
        clause = f" [{check.clause}]" if check.clause else ""
        console().print(f"✗ {check.code}{clause} {say(check.text)}", style="bold red", soft_wrap=True)
        for place in places[:_SHOWN]:
            console().print(f"    {place}", soft_wrap=True)
        if len(places) > _SHOWN:
            out.line(Text("    …另有 {count} 处", "    … and {count} more"), count=len(places) - _SHOWN)
    out.line(
        Text("核查 {checks} 项，{broken} 项不成立", "{checks} checks, {broken} broken"),
        checks=len(checks),
        broken=len(found),
    )
    if found:
        raise click.exceptions.Exit(BROKEN)
