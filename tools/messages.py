"""Translations of the screens, by Babel: there is no gettext program on every machine.

`extract` brings the English catalogue up to date, `check` says what is missing, `compile` makes the `.mo` file.
The message id is the Chinese text.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.template.base import Lexer, Token, TokenType
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "trunkline"
#: Only what people see on pages; commands and refusals carry both languages themselves.
SOURCES = PACKAGE / "interfaces" / "web"
CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEADER = "# English words of the pages. `tools/messages.py extract` keeps the messages; their translations are written by hand."
HAN = re.compile(r"[\u3400-\u9fff\u3001\u3002\uff01-\uff5e]")

Texts = str | tuple[str, ...] | list[str]
Message = tuple[str | tuple[str, str], str | None, str, int]


def main(arguments: list[str]) -> int:
    """Carry out one of the three commands; the exit status says whether all is well."""
    commands = {"extract": extract, "check": check, "compile": compile_catalogue}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(f"usage: messages.py {'|'.join(commands)}", file=sys.stderr)
        return 2
    return commands[arguments[0]]()


def extract() -> int:
    """Add new messages to the English catalogue and drop those that are gone."""
    catalogue = _catalogue()
    template = Catalog(charset="utf-8")
    for identity, context, place, _line in _messages():
        # Line numbers would change with every edit and say little: the file is enough.
        template.add(identity, locations=[(place, 0)], context=context)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.header_comment, catalogue.fuzzy = HEADER, False
    catalogue.project, catalogue.version = "trunkline", "0"
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=110, sort_by_file=True, omit_header=False, include_lineno=False)
    CATALOGUE.write_bytes(buffer.getvalue())
    print(f"{len(catalogue)} messages")
    return 0


def check() -> int:
    """List what is untranslated, translated for nothing, or written in a template without being translatable."""
    catalogue = _catalogue()
    found = {(_key(identity), context): place for identity, context, place, _line in _messages()}
    known = {(_key(m.id), m.context): m for m in catalogue if m.id}
    problems = [
        f"{place}: not in the catalogue: {key}" for (key, c), place in found.items() if (key, c) not in known
    ]
    for (key, context), message in known.items():
        if (key, context) not in found:
            problems.append(f"obsolete: {key}")
        elif message.fuzzy or not _translated(message.string):
            problems.append(f"{found[key, context]}: not translated: {key}")
        elif _placeholders(message.id) != _placeholders(message.string):
            problems.append(f"{found[key, context]}: other placeholders in the translation: {key}")
    problems += _bare_chinese()
    for problem in sorted(problems):
        print(problem)
    return 1 if problems else 0


def compile_catalogue() -> int:
    """Write the `.mo` file beside the catalogue."""
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, _catalogue())
    return 0


def _catalogue() -> Catalog:
    if not CATALOGUE.exists():
        return Catalog(locale="en", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def _key(identity: Texts) -> str:
    return identity if isinstance(identity, str) else identity[0]


def _translated(string: Texts | None) -> bool:
    return bool(string) if isinstance(string, str) else bool(string) and all(string or ())


def _placeholders(texts: Texts | None) -> set[str]:
    joined = texts if isinstance(texts, str) else " ".join(texts or ())
    return set(re.findall(r"%\((\w+)\)s", joined))


def _messages() -> Iterator[Message]:
    """Every message of the sources with its context, file and line."""
    for path in sorted(SOURCES.rglob("*.py")):
        yield from _of_python(path.read_text(encoding="utf-8"), path)
    for path in _templates():
        # What templatize makes is Python but for its indentation.
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        yield from _of_python("\n".join(line.strip() for line in code.splitlines()), path)


def _of_python(code: str, path: Path) -> Iterator[Message]:
    place = path.relative_to(ROOT).as_posix()
    for line, function, arguments, _comments in extract_python(
        io.BytesIO(code.encode()), dict.fromkeys(KEYWORDS), [], {"encoding": "utf-8"}
    ):
        given = [arguments] if isinstance(arguments, str) else [a for a in arguments if isinstance(a, str)]
        if not given:
            continue
        context = given.pop(0) if function in {"pgettext", "npgettext"} else None
        plural = function in {"ngettext", "ngettext_lazy", "npgettext"}
        yield (given[0], given[1]) if plural else given[0], context, place, line


def _templates() -> list[Path]:
    return sorted(SOURCES.rglob("*.html"))


def _bare_chinese() -> Iterator[str]:
    """Places in templates where Chinese stands outside the translation tags."""
    for path in _templates():
        within = False
        for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
            word = token.contents.split()[0] if token.contents.split() else ""
            if token.token_type is TokenType.BLOCK and word in {"blocktranslate", "blocktrans"}:
                within = True
            elif token.token_type is TokenType.BLOCK and word in {"endblocktranslate", "endblocktrans"}:
                within = False
            elif not within and not _may_hold_chinese(token, word) and HAN.search(token.contents):
                yield f"{path.relative_to(ROOT).as_posix()}: not translatable: {token.contents.strip()[:60]}"


def _may_hold_chinese(token: Token, word: str) -> bool:
    if token.token_type is TokenType.COMMENT:
        return True
    return token.token_type is TokenType.BLOCK and word in {"translate", "trans", "plural"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
