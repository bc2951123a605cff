"""The text of a clause on a page: `{% load clauses %}`."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from trunkline.agreements.clauses.rules import Run

register = template.Library()


@register.filter
def as_text(runs: tuple[Run, ...]) -> SafeString:
    """A paragraph without a space between its runs: conspicuous terms bold, blanks underlined, the rest struck out."""
    return format_html_join("", "{}", ((_shown(run),) for run in runs))


def _shown(run: Run) -> SafeString | str:
    if run.mark:
        return format_html('<small class="faint">{}</small>', _("（不适用）"))
    for applies, name in ((run.conspicuous, "strong"), (run.struck, "s"), (run.filled, "u")):
        if applies:
            return format_html("<{0}>{1}</{0}>", name, run.text)
    return run.text
