"""Voice announcements by way of a folder that the announcing system empties."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from trunkline.messaging.gateways.address import GatewayMisconfigured
from trunkline.messaging.types import MessageToSend, Outcome, OutcomeKind, Receipt


class VoiceFolder:
    """One file for each announcement. Its name is the message's, so that a message dropped twice is one file."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        if not self._folder.is_absolute():
            raise GatewayMisconfigured("must be the absolute path of a folder")

    def __str__(self) -> str:
        return str(self._folder)

    def send(self, message: MessageToSend) -> Outcome:
        """Write the announcement under a name of its own first, so that nobody reads half of it."""
        name = f"trunkline-{message.id}.json"
        announcement = {
            "id": message.id,
            "number": message.recipient,
            "language": "zh-CN",
            "words": message.body,
            "not_after": message.expires_at.isoformat() if message.expires_at else None,
        }
        unfinished = self._folder / f".{name}.{message.lease}"
        try:
            # The words may be a password: only the user that both programs run as reads them.
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(announcement, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._folder / name)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            return Outcome(OutcomeKind.UNREACHABLE, error.strerror or type(error).__name__)
        return Outcome(OutcomeKind.ACCEPTED, reference=name)

    def receipts(self) -> Sequence[Receipt]:
        """A folder gives none."""
        return ()

    def close(self) -> None:
        """A folder is not held open."""
