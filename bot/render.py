"""Replies drawn from templates: the decision's values in, subject and plain text out.

A template is `templates/<language>/<reason>.txt`, or `<language>/<programme>/<reason>.txt` where a
programme words it differently: the first line is the subject, then a blank line, then the body.
A vendor's own folder, laid out alike, goes before what is shipped. Names that begin with ``_`` are
parts that templates include. Values are data: they are never compiled, and what is invisible in
them (controls, line ends, bidi marks) is dropped before it is written.
"""

import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.template_samples import LETTERHEAD_SAMPLE, MOMENT_SAMPLE, sample_values
from bot.typesetting import KEEP, lines_of, one_line, pad, set_text, shorten, visible
from bot.wording import WORDINGS
from mail.reference import without_case_references
from quotas.decision import Reply
from quotas.programme import Programme

LANGUAGES = ("ja", "en")
SUBJECT_COLUMNS = 60
"""How much of a customer's own subject is repeated, in columns."""

_TWO_LABELS = re.compile(r"^(【[^】]*】)【[^】]*】")
_ANSWER_PREFIX = re.compile(
    r"\A(?:\s*(?:re|fwd?|aw|返信|転送)\s*(?:\[\d+\])?\s*[:：])+\s*", re.IGNORECASE
)


class ReplyTemplateError(Exception):
    """Raised when a reply can't be drawn: one line naming template and value."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every reply is written on: the desk's name, its mail address, and lines of its own."""

    name: str
    address: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A reply as it is sent: `subject` on one line, `body` in lines ended by LF."""

    subject: str
    body: str


class _Block(str):
    """Text that keeps its own lines: already cleaned, and never wrapped."""

    __slots__ = ()


def _block(text: str, indent: int = 0) -> _Block:
    """Filter: write text that has lines of its own, each `indent` full-width spaces in."""
    lead = KEEP + "\u3000" * indent
    return _Block("\n".join(lead + line for line in lines_of(text)))


def _written(value: object) -> object:
    """Clean what an expression of a template yields; whole numbers and the like pass."""
    return visible(value) if isinstance(value, str) and not isinstance(value, _Block) else value


_FILTERS: Mapping[str, Callable[..., Any]] = {"pad": pad, "shorten": shorten, "block": _block}


def shipped_templates() -> Path:
    """Return the folder of shipped templates: in the installed package, else in the checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "templates"
    return installed if installed.is_dir() else here.parent / "templates"


@cache
def _environment(folder: Path | None, language: str, programme: str) -> jinja2.Environment:
    roots = [root for root in (folder, shipped_templates()) if root]
    paths = [path for root in roots for path in (root / language / programme, root / language)]
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(paths),
        undefined=jinja2.StrictUndefined,
        finalize=_written,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(WORDINGS[language])
    environment.filters.update(_FILTERS)
    return environment


def _complaint(template: str, error: Exception) -> str:
    """Say in one line which template fails, where in it, and why."""
    places = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".txt")]
    where = f" ({Path(places[-1].filename).name} line {places[-1].lineno})" if places else ""
    if isinstance(error, jinja2.TemplateNotFound):
        return f"template {template}: {error.name} is missing; add it to the templates folder"
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"template {template}: line {error.lineno}: {error.message}"
    if isinstance(error, jinja2.UndefinedError):
        return f"template {template}{where}: unknown value: {error.message}; correct the name"
    if isinstance(error, (ValueError, LookupError)):  # their texts quote the value, perhaps a key
        return f"template {template}{where}: {type(error).__name__}; a filter can't take this value"
    return f"template {template}{where}: {one_line(str(error))}"


def _about(subject: object) -> str:
    """Reduce a customer's subject to what it is about, short enough to stand in ours.

    A reference in it goes: ours follows, and another case's would lead the next answer astray.
    """
    words = without_case_references(one_line(str(subject or "")))
    return shorten(_ANSWER_PREFIX.sub("", words).strip(), SUBJECT_COLUMNS)


def render(  # noqa: PLR0913 - keyword-only facts, each from another part of the desk
    reply: Reply,
    *,
    programme: Programme,
    letterhead: Letterhead,
    now: datetime,
    case_number: str | None = None,
    case_reference: str | None = None,
    language: str = "ja",
    folder: Path | None = None,
) -> Rendered:
    """Draw `reply` from its template.

    `now` is local; `case_reference` is the bracketed text in the subject by which an answer finds
    its case again; `folder` holds a vendor's own templates. Raises `ReplyTemplateError` when the
    template is missing, is no template, or speaks of a value it isn't given.
    """
    name = f"{language}/{reply.template}.txt"
    reference = one_line(case_reference or "")
    context: Mapping[str, Any] = dict(reply.values) | {
        "about": _about(reply.values.get("subject")),
        "case_number": case_number,
        "reference": f" {reference}" if reference else "",
        "desk_name": letterhead.name,
        "desk_address": letterhead.address,
        "desk_signature": letterhead.signature,
        "opening_hours": programme.hours.on(now.date()).value,
        "now": now,
    }
    try:
        environment = _environment(folder, language, programme.id)
        text = environment.get_template(f"{reply.template}.txt").render(context)
    except (jinja2.TemplateError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise ReplyTemplateError(_complaint(name, error)) from error
    subject, _, body = text.lstrip("\n").partition("\n")
    if not subject.strip() or not body.startswith("\n"):
        raise ReplyTemplateError(
            f"template {name}: put the subject on line 1 and leave line 2 blank"
        )
    return Rendered(subject=_once_labelled(one_line(subject), reply), body=set_text(body))


def _once_labelled(subject: str, reply: Reply) -> str:
    """Drop the label of what the customer answered, where ours stands before it."""
    answers = _ANSWER_PREFIX.match(str(reply.values.get("subject") or ""))
    return _TWO_LABELS.sub(r"\1", subject) if answers else subject


def check_templates(programmes: Iterable[Programme], folder: Path | None = None) -> list[str]:
    """Draw every reply of every programme in every language with sample values.

    Returns one line a failure, naming template and value; an empty list says that all is well.
    """
    wanted = [
        (programme, language, template, values)
        for programme in programmes
        for language in LANGUAGES
        for template, values in sample_values()
    ]
    findings = list[str]()
    for programme, language, template, values in wanted:
        try:
            render(
                Reply(template=template, to="", values=values),
                programme=programme,
                letterhead=Letterhead(**LETTERHEAD_SAMPLE),
                now=MOMENT_SAMPLE,
                case_number="C2026-000123",
                case_reference="[C2026-000123-k7q2ab]",
                language=language,
                folder=folder,
            )
        except ReplyTemplateError as error:
            findings.append(f"{programme.id}: {error}")
    return sorted(set(findings))
