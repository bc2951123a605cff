"""What is sent: JSON or a form with a file, read without trusting any of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from trunkline.interfaces.api.faults import (
    BAD_PARTS,
    FIELD_CHOICE,
    FIELD_MISSING,
    FIELD_RANGE,
    FIELD_TYPE,
    FIELD_UNKNOWN,
    LENGTH_NEEDED,
    MALFORMED,
    NAMED_TWICE,
    NO_BODY,
    NOT_TEXT,
    ONLY_JSON,
    TOO_LARGE,
    WRONG_TYPE,
    Unanswerable,
)
from trunkline.kernel.refusals import Refusal
from trunkline.ordering.types import PaperKind

Choice = TypeVar("Choice", bound=StrEnum)
#: Parts of a form: the application as JSON, and the file with its lines.
ORDER_PART, LINES_PART = "order", "lines"
#: Before the kind of paper, for each page that was scanned.
SCAN_PART = "scan."
#: Ids are bigints.
LARGEST_ID = 2**63 - 1


class Reader:
    """Takes the fields of one JSON object by name and kind, and remembers what is wrong with them.

    Ask for every field there may be, then call `rest`: what nobody asked for is unknown. `place` is where the
    object stands, such as ``lines[3].``.
    """

    def __init__(self, value: Mapping[str, Any], faults: list[Refusal], place: str = "") -> None:
        self._left = dict(value)
        self._place = place
        self.faults = faults

    def _take(self, name: str, kinds: tuple[type, ...], words: str, *, required: bool) -> Any:
        if name not in self._left:
            if required:
                self.faults.append(FIELD_MISSING.about(self._place + name))
            return None
        value = self._left.pop(name)
        # JSON's true is no number, though Python's is.
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            self.faults.append(FIELD_TYPE.about(self._place + name, kind=words))
            return None
        return value

    def text(self, name: str, *, longest: int, required: bool = False) -> str | None:
        """A string, None when it is not there."""
        value: str | None = self._take(name, (str,), "string", required=required)
        if value is not None and len(value) > longest:
            self.faults.append(FIELD_RANGE.about(self._place + name))
        return value

    def id(self, name: str) -> int | None:
        """The id of something."""
        return self._in_range(name, self._take(name, (int,), "integer", required=False))

    def id_or_code(self, name: str) -> int | str | None:
        """An id (a number) or a code (a string)."""
        value = self._take(name, (int, str), "integer, string", required=True)
        return self._in_range(name, value) if isinstance(value, int) else value

    def _in_range(self, name: str, value: int | None) -> int | None:
        if value is not None and not 1 <= value <= LARGEST_ID:
            self.faults.append(FIELD_RANGE.about(self._place + name))
            return None
        return value

    def flag(self, name: str, *, required: bool = False) -> bool:
        """True or false; false when it is not there."""
        return bool(self._take(name, (bool,), "true, false", required=required))

    def choice(self, name: str, kind: type[Choice], *, required: bool = False) -> Choice | None:
        """One of the codes of `kind`."""
        value = self._take(name, (str,), "string", required=required)
        if value is None:
            return None
        if value not in set(kind):
            self.faults.append(FIELD_CHOICE.about(self._place + name, choices=", ".join(kind)))
            return None
        return kind(value)

    def values(self, name: str) -> dict[str, Any]:
        """Answers to declared fields: strings, whole numbers, true and false; amounts are strings."""
        given: dict[str, Any] = self._take(name, (dict,), "object", required=False) or {}
        for key, value in given.items():
            if not isinstance(value, str | int):
                self.faults.append(
                    FIELD_TYPE.about(f"{self._place}{name}.{key}", kind="string, integer, boolean")
                )
            elif isinstance(value, int) and abs(value) > LARGEST_ID:
                self.faults.append(FIELD_RANGE.about(f"{self._place}{name}.{key}"))
        return given

    def records(self, name: str, *, most: int) -> list[Reader]:
        """A list of objects."""
        given = self._take(name, (list,), "array", required=False) or []
        if len(given) > most:
            self.faults.append(FIELD_RANGE.about(self._place + name))
            return []
        found = []
        for index, value in enumerate(given):
            place = f"{self._place}{name}[{index}]"
            if isinstance(value, dict):
                found.append(Reader(value, self.faults, f"{place}."))
            else:
                self.faults.append(FIELD_TYPE.about(place, kind="object"))
        return found

    def rest(self) -> None:
        """Nothing else may be there."""
        self.faults += [FIELD_UNKNOWN.about(self._place + name[:80]) for name in self._left]

    def finish(self) -> None:
        """400 with everything that is wrong, anywhere in the body."""
        if self.faults:
            raise Unanswerable(400, self.faults)


def json_body(request: HttpRequest) -> Reader:
    """The object that was sent as JSON: 413 when it is too large, 415 when it is something else."""
    _require_size(request)
    if request.content_type != "application/json":
        raise Unanswerable(415, ONLY_JSON)
    return Reader(_parsed(request.body), [])


@dataclass(frozen=True, slots=True)
class Sent:
    """What came: the object, the file with lines, and the scans by what follows `SCAN_PART` in their parts' names."""

    reader: Reader
    file: UploadedFile | None
    scans: tuple[tuple[str, UploadedFile], ...]


def json_or_form(request: HttpRequest) -> Sent:
    """The object alone, or a form with it, the file with lines, and scans of papers."""
    _require_size(request)
    if request.content_type == "application/json":
        return Sent(Reader(_parsed(request.body), []), None, ())
    if request.content_type != "multipart/form-data":
        raise Unanswerable(415, WRONG_TYPE)
    try:
        parts, files = request.POST, request.FILES
    except (MultiPartParserError, SuspiciousOperation) as error:
        raise Unanswerable(400, BAD_PARTS) from error
    file = files.get(LINES_PART)
    faults = [FIELD_UNKNOWN.about(name[:80]) for name in parts if name != ORDER_PART]
    scans = tuple(
        (name.removeprefix(SCAN_PART), scan)
        for name in files
        if name.startswith(SCAN_PART)
        for scan in files.getlist(name)
    )
    faults += [
        FIELD_UNKNOWN.about(name[:80])
        for name in files
        if name not in {LINES_PART, *(f"{SCAN_PART}{kind}" for kind in PaperKind)}
    ]
    faults += [FIELD_MISSING.about(ORDER_PART)] if ORDER_PART not in parts else []
    faults += [FIELD_MISSING.about(LINES_PART)] if file is None and not scans else []
    if faults:
        raise Unanswerable(400, faults)
    return Sent(Reader(_parsed(parts[ORDER_PART].encode("utf-8", "surrogatepass")), []), file, scans)


def require_no_body(request: HttpRequest) -> None:
    """Verbs that are told everything by their address."""
    _require_size(request)
    if request.body.strip() not in (b"", b"{}"):
        raise Unanswerable(400, NO_BODY)


def _require_size(request: HttpRequest) -> None:
    """The server reads no more than the length that was declared, so that this is the whole check.

    A body whose length is not declared would not be read at all, and what it says be lost: that is answered with 411.
    """
    if "HTTP_TRANSFER_ENCODING" in request.META:
        raise Unanswerable(411, LENGTH_NEEDED)
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isdecimal() or int(declared) > limit:
        raise Unanswerable(413, TOO_LARGE.filled(limit=limit // 1024 // 1024))


class _NamedTwice(ValueError):
    """Two readers could take different values out of one object."""


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise _NamedTwice(name)
        made[name] = value
    return made


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_object)
        unfit = _holds_unfit_text(value)
    except _NamedTwice as error:
        raise Unanswerable(400, NAMED_TWICE.about(str(error)[:80])) from error
    except (ValueError, RecursionError) as error:
        raise Unanswerable(400, MALFORMED) from error
    if not isinstance(value, dict):
        raise Unanswerable(400, MALFORMED)
    if unfit:
        raise Unanswerable(400, NOT_TEXT)
    return value


def _holds_unfit_text(value: Any) -> bool:
    """Whether any string in it is one that UTF-8 or PostgreSQL cannot hold: half a character pair, or NUL."""
    if isinstance(value, str):
        return "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return any(_holds_unfit_text(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(_holds_unfit_text, value))
