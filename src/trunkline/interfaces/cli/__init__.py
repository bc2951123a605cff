"""The command-line door: thin commands, each one call into the domain, each with its permission."""

from __future__ import annotations

import importlib
from typing import Any

import click

from trunkline.interfaces.cli.door import Session
from trunkline.interfaces.cli.words import LANGUAGES, Group, Option, remember_language, say
from trunkline.kernel.text import Text

#: Commands by section, each with the module that holds it, loaded when it is called or listed.
SECTIONS: tuple[tuple[Text, dict[str, str]], ...] = (
    (
        Text("客户与协议", "Customers and agreements"),
        {"org": "organizations", "agreement": "agreements", "breach": "breaches"},
    ),
    (
        Text("柜台与号码", "Counter and numbers"),
        {
            "order": "applications",
            "items": "staff",
            "product": "products",
            "details": "details",
            "ticket": "tickets",
            "number": "numbers",
            "inventory": "inventory",
            "wish": "number_requests",
            "roaming": "roaming",
            "fee": "fees",
            "parameter": "parameters",
        },
    ),
    (
        Text("话单、账单、收款", "Usage, bills, payments"),
        {
            "usage": "usage",
            "rate": "rating",
            "tariff": "rating",
            "bill": "bills",
            "payment": "payments",
            "invoice": "invoices",
            "ledger": "ledger",
        },
    ),
    (
        Text("监督", "Oversight"),
        {"verify": "verify", "staff": "staff", "token": "tokens", "messages": "messages"},  # nosec B105 - a module
    ),
    (Text("演示与基准", "Demo and benchmarks"), {"demo": "demo.command", "bench": "bench.command"}),
)
_RUNNING = Text("运行程序", "Running the program")

_EXAMPLES = (
    "trunkline org find 银行",
    "trunkline agreement members check 12 members.xlsx --problems problems.xlsx",
    "trunkline usage import var/demo/usage-2026-10-late.csv",
    "trunkline bill run 2026-10",
    "trunkline --as hf.clerk payment take 3 --bill 101 --amount 96.00",
    "trunkline --language en verify",
)


class Front(Group):
    """The program's own commands in sections, and those that are attached to it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*(name for _, names in SECTIONS for name in names), *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for _, modules in SECTIONS:
            if cmd_name in modules:
                module = importlib.import_module(f"{__name__}.{modules[cmd_name]}")
                found: click.Command = getattr(module, cmd_name)
                return found
        return self.commands.get(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections = [(title, list(names)) for title, names in SECTIONS]
        for title, names in (*sections, (_RUNNING, list(self.commands))):
            commands = [(name, self.get_command(ctx, name)) for name in names]
            rows = [(name, command.get_short_help_str(80)) for name, command in commands if command]
            if rows:
                with formatter.section(say(title)):
                    formatter.write_dl(rows, col_max=12)


@click.group(
    cls=Front,
    text=Text(
        "集客通 Trunkline：电信集团客户业务支撑系统。",
        "Trunkline: the business support system of a telecom operator's group-customer department.",
    ),
    examples=_EXAMPLES,
    params=[
        Option(
            ["--as", "login"],
            envvar="TRUNKLINE_STAFF",
            metavar="LOGIN",
            text=Text("以哪个员工的身份执行（默认 system）", "The staff member who acts (default: system)"),
        ),
        Option(
            ["--language"],
            type=click.Choice(LANGUAGES),
            is_eager=True,
            callback=remember_language,
            text=Text(
                "语言（默认按 TRUNKLINE_LANGUAGE、LANG，否则中文）",
                "Language (default: TRUNKLINE_LANGUAGE, LANG, else Chinese)",
            ),
        ),
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.pass_context
def cli(ctx: click.Context, /, login: str | None, **_: Any) -> None:
    """Every command runs as one staff member, through the command-line door."""
    ctx.obj = Session(login) if login else Session()
