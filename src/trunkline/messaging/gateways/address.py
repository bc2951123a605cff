"""Addresses of gateways as the environment gives them: ``scheme://user:password@host:port?option=value``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit


class GatewayMisconfigured(Exception):
    """The address of a gateway cannot be used; the message says why, without the password."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a gateway is and who enters; prints without the password."""

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    options: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


def parsed(url: str, *, ports: Mapping[str, int], options: Collection[str]) -> Address:
    """The parts of an address whose scheme is one of `ports`; `GatewayMisconfigured` when it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # The exception's words hold parts of the address, and so perhaps of the password.
        raise GatewayMisconfigured("not an address") from None
    if parts.scheme not in ports or not parts.hostname:
        raise GatewayMisconfigured(f"must begin with {' or '.join(f'{name}://host' for name in ports)}")
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := set(given) - set(options):
        raise GatewayMisconfigured(f"unknown option {', '.join(sorted(unknown))}")
    return Address(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or ports[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=given,
    )
