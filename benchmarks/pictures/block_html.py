"""Block Kit as HTML that looks like Slack, for the pictures of the documents."""

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

Json = dict[str, Any]

PEOPLE: dict[str, str] = {}
"""Names by Slack id, set by whoever draws."""

STYLE = """
*{box-sizing:border-box}
body{margin:0;padding:16px;background:#f8f8f8;color:#1d1c1d;
 font:15px/1.47 "Noto Sans CJK JP","Noto Color Emoji",sans-serif}
.message{background:#fff;border:1px solid #e3e3e3;border-radius:8px;padding:12px 16px;
 margin-bottom:10px}
.who{font-weight:700;margin-bottom:4px}.who small{color:#616061;font-weight:400;margin-left:6px}
.app{background:#e8e8e8;border-radius:3px;font-size:10px;padding:1px 4px;margin-left:4px}
.thread{margin-left:28px}
h3{font-size:18px;margin:6px 0}.block{margin:8px 0;white-space:pre-wrap;overflow-wrap:anywhere}
.side{display:flex;justify-content:space-between;gap:16px;align-items:flex-start}
.fields{display:grid;grid-template-columns:1fr 1fr;gap:8px 16px}
.context{font-size:13px;color:#616061}.context span{margin-right:12px}
blockquote{margin:0;border-left:4px solid #ddd;padding-left:12px;white-space:pre-wrap}
.actions{display:flex;flex-wrap:wrap;gap:8px}
.button{border:1px solid #bbb;border-radius:4px;padding:3px 12px;font-weight:700;font-size:13px;
 background:#fff;white-space:nowrap}
.primary{background:#007a5a;border-color:#007a5a;color:#fff}
.danger{border-color:#e01e5a;color:#e01e5a}
.modal{background:#fff;border-radius:10px;box-shadow:0 4px 18px #0003;overflow:hidden;width:520px;
 margin:0 auto}
.bar{display:flex;justify-content:space-between;padding:14px 20px;font-weight:900;font-size:18px;
 border-bottom:1px solid #eee}.inside{padding:6px 20px 12px}
.foot{display:flex;justify-content:flex-end;gap:8px;padding:12px 20px;border-top:1px solid #eee}
label{display:block;font-weight:700;margin-bottom:4px}
.hint{font-size:13px;color:#616061;margin-top:3px}.optional{color:#616061;font-weight:400}
.input{border:1px solid #999;border-radius:4px;padding:6px 10px;min-height:36px;color:#1d1c1d;
 white-space:pre-wrap}
.empty{color:#9b9b9b}.tall{min-height:84px}.select::after{content:"▾";float:right;color:#616061}
code{background:#f2f2f2;border:1px solid #ddd;border-radius:3px;color:#c0392b;padding:0 3px;
 font-size:12px}
.mention{background:#e8f5fa;color:#1264a3;border-radius:3px;padding:0 2px}
"""

_MARKS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"&lt;@(\w+)&gt;", lambda m: f'<span class="mention">@{PEOPLE.get(m[1], m[1])}</span>'),
    (
        r"&lt;!subteam\^(\w+)&gt;",
        lambda m: f'<span class="mention">@{PEOPLE.get(m[1], m[1])}</span>',
    ),
    (r"&lt;!date\^\d+\^[^|]*\|([^&]*)&gt;", lambda m: m[1]),
    (r"`([^`]+)`", lambda m: f"<code>{m[1]}</code>"),
    (r"\*([^*\n]+)\*", lambda m: f"<b>{m[1]}</b>"),
)


def text_of(node: Json | None) -> str:
    """Return a text object as HTML; only mrkdwn comes alive."""
    if not node:
        return ""
    shown = html.escape(str(node.get("text", "")), quote=False)
    if node.get("type") != "mrkdwn":
        return shown
    for pattern, made in _MARKS:
        shown = re.sub(pattern, made, shown)
    return shown


def blocks_html(blocks: list[Json], values: Mapping[str, Any] | None = None) -> str:
    """Return blocks as HTML; `values` are what was typed into a view's fields, by block."""
    return "".join(_block(block, values or {}) for block in blocks)


def message_html(blocks: list[Json], *, thread: bool = False, at: str = "10:00") -> str:
    """Return a post of the app."""
    who = f'<div class="who">Madoguchi<span class="app">アプリ</span><small>{at}</small></div>'
    return f'<div class="message{" thread" if thread else ""}">{who}{blocks_html(blocks)}</div>'


def modal_html(body: Json, values: Mapping[str, Any] | None = None) -> str:
    """Return a modal with its bar and buttons."""
    submit = f'<span class="button primary">{text_of(body["submit"])}</span>'
    foot = f'<span class="button">{text_of(body.get("close"))}</span>'
    foot += submit if "submit" in body else ""
    return (
        f'<div class="modal"><div class="bar">{text_of(body["title"])}<span>✕</span></div>'
        f'<div class="inside">{blocks_html(body["blocks"], values)}</div>'
        f'<div class="foot">{foot}</div></div>'
    )


def page(inside: str) -> str:
    """Return a whole page."""
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><body>{inside}</body>"


def _block(block: Json, values: Mapping[str, Any]) -> str:
    ways: Mapping[str, Callable[[Json], str]] = {
        "header": lambda b: f"<h3>{text_of(b['text'])}</h3>",
        "section": _section,
        "context": lambda b: _wrapped("context", "".join(_span(e) for e in b["elements"])),
        "actions": lambda b: _wrapped("actions", "".join(_element(e) for e in b["elements"])),
        "rich_text": lambda b: _wrapped("", "".join(_rich(e) for e in b["elements"])),
        "input": lambda b: _input(b, values),
        "divider": lambda _: "<hr>",
    }
    return ways[block["type"]](block)


def _wrapped(kind: str, inside: str) -> str:
    return f'<div class="block {kind}">{inside}</div>'


def _span(element: Json) -> str:
    return f"<span>{text_of(element)}</span>"


def _section(block: Json) -> str:
    if "fields" in block:
        return _wrapped("fields", "".join(f"<div>{text_of(f)}</div>" for f in block["fields"]))
    accessory = block.get("accessory")
    inside = f"<div>{text_of(block['text'])}</div>"
    return _wrapped("side", inside + _element(accessory)) if accessory else _wrapped("", inside)


def _rich(element: Json) -> str:
    words = "".join(html.escape(str(part.get("text", ""))) for part in element["elements"])
    return f"<blockquote>{words}</blockquote>" if element["type"] == "rich_text_quote" else words


def _element(element: Json) -> str:
    if element["type"] == "overflow":
        return '<span class="button">⋯</span>'
    style = element.get("style", "")
    return f'<span class="button {style}">{text_of(element.get("text"))}</span>'


def _input(block: Json, values: Mapping[str, Any]) -> str:
    element = block["element"]
    optional = ' <span class="optional">（任意）</span>' if block.get("optional") else ""
    hint = f'<div class="hint">{text_of(block["hint"])}</div>' if "hint" in block else ""
    typed = values.get(block["block_id"], _initial(element))
    kind = "select" if "select" in element["type"] or "picker" in element["type"] else ""
    tall = "tall" if element.get("multiline") else ""
    shown = html.escape(str(typed)) if typed else _placeholder(element)
    field = f'<div class="input {kind} {tall} {"" if typed else "empty"}">{shown}</div>'
    return _wrapped("", f"<label>{text_of(block['label'])}{optional}</label>{field}{hint}")


def _initial(element: Json) -> str:
    option = element.get("initial_option")
    if option:
        return str(option["text"]["text"])
    return str(element.get("initial_value") or "")


def _placeholder(element: Json) -> str:
    words = {"file_input": "ファイルを選択", "users_select": "ユーザーを選択"}
    return text_of(element.get("placeholder")) or words.get(element["type"], "")
