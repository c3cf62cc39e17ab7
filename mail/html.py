"""HTML to the text a reader would see; hidden nodes are not seen."""

import re

from mail.charset import Text, codec_of, decode

_META = re.compile(rb"<meta[^<>]{0,300}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_META_ZONE = 4096
_FORMATTING = re.compile(
    r"</?(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?:\s[^<>]*)?>", re.IGNORECASE
)
_MANY = 5_000
_UNSEEN = (
    "head", "title", "script", "style", "template", "noframes", "[hidden]",
    '[style*="display:none" i]', '[style*="display: none" i]', '[style*="display :none" i]',
    '[style*="visibility:hidden" i]', '[style*="visibility: hidden" i]',
    '[style*="mso-hide:all" i]', '[style*="mso-hide: all" i]',
)  # fmt: skip
_SPACES = re.compile(r"[ \t\u00a0]+(?=\r?\n|\Z)")
_BLANK_LINES = re.compile(r"\n{3,}")


def decode_html(data: bytes, label: str | None) -> Text:
    """Decode HTML bytes; the charset of `<meta>` counts when the part's label says nothing."""
    meta = _META.search(data[:_META_ZONE])
    declared = meta.group(1).decode("ascii") if meta else ""
    usable = codec_of(declared) and not declared.lower().startswith("utf-16")
    return decode(data, declared if usable and codec_of(label) in (None, "ascii") else label)


def html_to_text(html: str) -> str:
    """Return the visible text of `html` with a line for each block; linear in its length."""
    # Imported here: it is a large extension and most mail is plain text.
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415

    if html.count("<") > _MANY and len(_FORMATTING.findall(html)) > _MANY:
        # Thousands of open <b>, <i>, <a> take a browser's parser quadratic time and mean nothing.
        html = _FORMATTING.sub("", html)
    try:
        text = extract_plain_text(
            html, main_content=False, preserve_formatting=True, list_bullets=False,
            alt_texts=False, skip_elements=list(_UNSEEN),
        )  # fmt: skip
    except (ValueError, RuntimeError, MemoryError, UnicodeError):
        text = re.sub(r"<[^<>]*>", " ", html)
    return _BLANK_LINES.sub("\n\n", _SPACES.sub("", text.replace("\u00a0", " "))).strip()
