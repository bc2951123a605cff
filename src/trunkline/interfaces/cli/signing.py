"""`trunkline agreement sign`, `sign-attachment`, `original`: what is recorded once the paper is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from trunkline.agreements import operations
from trunkline.agreements.types import AGREEMENT_STATE_NAMES, Side, SignerRole
from trunkline.interfaces.cli.door import command_for
from trunkline.interfaces.cli.output import Output
from trunkline.interfaces.cli.values import DAY
from trunkline.interfaces.cli.words import option
from trunkline.kernel.text import Text
from trunkline.security.types import Actor

_SIDE = option(
    "--side",
    type=click.Choice([side.value for side in Side]),
    required=True,
    text=Text("a 为甲方（客户），b 为乙方", "a is the customer, b the operator"),
)
_AGREEMENT = click.argument("agreement_id", type=int, metavar="ID")


def _signature(default_role: SignerRole) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of a signature with its seal."""
    options: tuple[Any, ...] = (
        _SIDE,
        option("--name", "signer_name", required=True, text=Text("签字人姓名", "The signer's name")),
        option(
            "--role",
            "signer_role",
            type=click.Choice([role.value for role in SignerRole]),
            default=default_role.value,
            show_default=True,
            text=Text("签字人身份", "The signer's capacity"),
        ),
        option(
            "--power-of-attorney", default="", text=Text("授权委托书编号", "Number of the power of attorney")
        ),
        option("--signed-on", type=DAY, required=True, text=Text("签字日期", "Day of the signature")),
        option(
            "--sealed-on",
            type=DAY,
            default=None,
            text=Text("盖章日期（默认同日）", "Day of the seal (the same)"),
        ),
    )

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        for each in reversed(options):
            function = each(function)
        return function

    return decorate


def _taken(side: str, signer_role: str, signed_on: date, sealed_on: date | None) -> dict[str, Any]:
    return {
        "side": Side(side),
        "signer_role": SignerRole(signer_role),
        "signed_on": signed_on,
        "sealed_on": sealed_on or signed_on,
    }


@command_for(
    "agreement.sign",
    None,
    "sign",
    text=Text("登记一方在协议上的签字盖章", "Record one side's signature and seal"),
    examples=("trunkline agreement sign 12 --side a --name 何守正 --signed-on 2026-11-03",),
)
@_AGREEMENT
@_signature(SignerRole.LEGAL_REPRESENTATIVE)
def sign(
    *,
    agreement_id: int,
    side: str,
    signer_name: str,
    signer_role: str,
    power_of_attorney: str,
    signed_on: date,
    sealed_on: date | None,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """The second side's makes the agreement take effect (P2-29)."""
    state = operations.sign_agreement(
        agreement_id=agreement_id,
        signer_name=signer_name,
        power_of_attorney=power_of_attorney,
        actor=actor,
        at=at,
        **_taken(side, signer_role, signed_on, sealed_on),
    )
    words = AGREEMENT_STATE_NAMES[state]
    out.done(
        {"id": agreement_id, "state": state},
        Text(f"协议 {{id}}：{words.zh}", f"Agreement {{id}}: {words.en}"),
    )


@command_for(
    "agreement.sign_attachment",
    None,
    "sign-attachment",
    text=Text("登记一方在附件上的签字盖章", "Record one side's signature on an attachment"),
)
@_AGREEMENT
@click.argument("attachment", type=int)
@_signature(SignerRole.HANDLER)
def sign_attachment(
    *,
    agreement_id: int,
    attachment: int,
    side: str,
    signer_name: str,
    signer_role: str,
    power_of_attorney: str,
    signed_on: date,
    sealed_on: date | None,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Both sides' handlers sign before anybody is connected (P2-31)."""
    operations.sign_attachment(
        agreement_id=agreement_id,
        attachment=attachment,
        signer_name=signer_name,
        power_of_attorney=power_of_attorney,
        actor=actor,
        at=at,
        **_taken(side, signer_role, signed_on, sealed_on),
    )
    out.done(
        {"id": agreement_id, "attachment": attachment, "side": side},
        Text(
            "协议 {id} 附件 {attachment} 已登记签署",
            "Agreement {id}: signature on attachment {attachment}",
        ),
    )


@command_for(
    "agreement.register_original",
    None,
    "original",
    text=Text("登记一份原件的保管人和地点", "Register the holder and place of an original"),
)
@_AGREEMENT
@click.argument("ordinal", type=int)
@_SIDE
@option("--holder", required=True, text=Text("保管人", "Who holds it"))
@option("--place", required=True, text=Text("存放地点", "Where it is"))
def original(
    *,
    agreement_id: int,
    ordinal: int,
    side: str,
    holder: str,
    place: str,
    actor: Actor,
    at: datetime,
    out: Output,
) -> None:
    """Six in all, three a side (P2-28)."""
    operations.register_original(
        agreement_id=agreement_id,
        ordinal=ordinal,
        side=Side(side),
        holder=holder,
        place=place,
        actor=actor,
        at=at,
    )
    out.done(
        {"id": agreement_id, "original": ordinal},
        Text("协议 {id} 第 {original} 份原件已登记", "Agreement {id}: original {original} is registered"),
    )


COMMANDS = (sign, sign_attachment, original)
