"""Words that carry both languages with them, for declarations that stand outside the translation files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Chinese and in English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in `language` (a tag such as ``zh-hans`` or ``en``); Chinese unless English is asked."""
        return self.en if language.lower().startswith("en") else self.zh

    def format(self, **values: object) -> Text:
        """A copy with `{names}` filled in, in both languages; a `Text` among the values in each its own."""
        zh, en = (
            {
                name: value.in_language(language) if isinstance(value, Text) else value
                for name, value in values.items()
            }
            for language in ("zh", "en")
        )
        return Text(self.zh.format(**zh), self.en.format(**en))

    def __str__(self) -> str:
        return self.zh
