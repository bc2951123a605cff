"""How secret words are kept until they are sent: enciphered with the installation's own keys."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealBroken(Exception):
    """The words were enciphered with a key that is not there any more."""


def _keys() -> MultiFernet:
    """The newest key enciphers; what an older one enciphered can still be read."""
    return MultiFernet([Fernet(key) for key in settings.TRUNKLINE_MESSAGE_KEYS])


def seal(texts: Iterable[str]) -> list[bytes]:
    """The ciphertexts of `texts`."""
    keys = _keys()
    return [keys.encrypt(text.encode()) for text in texts]


def unseal(ciphertext: bytes) -> str:
    """The words of a ciphertext; `SealBroken` when no key opens it."""
    try:
        return _keys().decrypt(ciphertext).decode()
    except InvalidToken as error:
        raise SealBroken from error
