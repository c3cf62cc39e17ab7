"""The terms of a programme on the screen, for a support manager: Japanese, with articles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.options import safe
from bot.cli.terms_words import (
    AT_LIMIT,
    CALCULATORS,
    CHANNELS,
    CHECKS,
    COVERED,
    KINDS,
    PARAMETERS,
    QUOTATIONS,
    WEEKDAYS,
)

View = Mapping[str, Any]
Cell = Callable[[View], str]

UNSEEN_WIDTH = 160
"""Columns used when the output goes to a file or a pipe."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table: its title, the key of its rows, and a heading and a cell for each column."""

    title: str
    rows: str
    columns: Mapping[str, Cell]


def print_terms(view: View) -> None:
    """Print all terms of a programme as tables."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=UNSEEN_WIDTH)
    console.print(Text(safe(f"{view['name']}（{view['id']}）"), style="bold"))
    console.print(Text(safe(f"出典: {view['source']}、{view['revision']}")))
    console.print(Text(f"{day(view['on'])} 現在の規定"))
    _print(console, _service(view))
    _print(console, _coverage(view))
    for section in SECTIONS:
        if view[section.rows]:
            _print(console, _table(section, view[section.rows]))
    _print(console, _left_out(view))


def day(value: date) -> str:
    """Return a day as Japanese readers write it."""
    return f"{value.year}年{value.month}月{value.day}日"


def span(row: View) -> str:
    """Return the days a provision is in force, both ends inclusive."""
    since, until = row["since"], row["until"]
    if not (since or until):
        return ""
    return f"{day(since) if since else ''}～{day(until) if until else ''}"


def named(value: Any, names: Mapping[str, str]) -> str:
    """Return the Japanese word for `value`, or itself where there is none."""
    return names.get(str(value), str(value))


def _print(console: Console, table: Table) -> None:
    console.print()
    console.print(table, highlight=False)


def _new(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", show_lines=True)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _table(section: Section, rows: Sequence[View]) -> Table:
    table = _new(section.title, list(section.columns))
    for row in rows:
        _add(table, *(cell(row) for cell in section.columns.values()))
    return table


def _add(table: Table, *cells: str) -> None:
    """Add a row as it is: brackets in the terms are not markup."""
    table.add_row(*(Text(safe(cell)) for cell in cells))


def _service(view: View) -> Table:
    number, channels, hours = view["number"], view["channels"], view["hours"]
    contacts = view["contacts"]
    maximum = f"{contacts['maximum']}名まで" if contacts["maximum"] else "人数の定めなし"
    table = _new("受付", ["項目", "内容", "期間", "根拠"])
    _add(table, "サポート番号", _number(number), "", number["article"])
    _add(table, "受付方法", _channels(channels["accepted"]), span(channels), channels["article"])
    _add(table, "受付時間", _hours(hours), span(hours), hours["article"])
    _add(table, "登録担当者", maximum, span(contacts), contacts["article"])
    return table


def _number(number: View) -> str:
    place = "本文の冒頭に記載" if number["head_required"] else "記載の場所は問わない"
    labels = "・".join(number["labels"])
    return f"{number['pattern']}（{labels}）、{place}、検査数字: {named(number['check'], CHECKS)}"


def _channels(channels: Sequence[str]) -> str:
    return "・".join(named(channel, CHANNELS) for channel in channels)


def _hours(hours: View) -> str:
    weekdays = "".join(named(weekday, WEEKDAYS) for weekday in hours["weekdays"])
    closed = "（祝日を除く）" if hours["closed_on_national_holidays"] else "（祝日も受付）"
    return f"{weekdays} {'、'.join(hours['intervals'])}{closed}"


def _coverage(view: View) -> Table:
    statuses = list(dict.fromkeys(view["statuses"].values()))
    headings = [safe(named(status, view["titles"])) for status in statuses]
    table = _new("サービス内容", ["項目", "内容", *headings, "備考", "根拠"])
    for row in view["coverage"]:
        cells = [_cover(row, status, view["titles"]) for status in statuses]
        _add(table, row["item"], row["title"], *cells, row["note"], row["article"])
    return table


def _cover(row: View, status: str, titles: Mapping[str, str]) -> str:
    price = row["prices"].get(status)
    mark = named(row["covered"][status], COVERED)
    if price is None:
        return mark
    return f"{mark} {_yen(price) if isinstance(price, int) else named(price, titles)}"


def _yen(amount: int) -> str:
    return f"{amount:,}円（税抜）"


def _limit(row: View) -> str:
    if row["limit"] is None:
        return f"上限なし（{row['unit']}数を記録）"
    minutes = f"、1{row['unit']}{row['guideline_minutes']}分" if row["guideline_minutes"] else ""
    return f"契約年度ごとに{row['limit']}{row['unit']}{minutes}"


def _at_limit(row: View) -> str:
    if row["limit"] is None:
        return ""
    notices = "".join(f"、{percent}%でお知らせ" for percent in row["notices"])
    price = row["suggested_price"]
    suggested = f"、案内の目安 {_yen(price)}" if price is not None else ""
    return f"{named(row['at_limit'], AT_LIMIT)}{notices}{suggested}"


def _due(row: View) -> str:
    return f"{row['due_business_days']}営業日" if row["due_business_days"] else ""


def _parameters(row: View) -> str:
    return "\n".join(
        f"{named(key, PARAMETERS)}: {WRITTEN.get(key, _plain)(value)}"
        for key, value in row["parameters"].items()
    )


def _quoted_lines(steps: Sequence[View]) -> str:
    """Return the lines a quotation may have, as the terms word them."""
    return "".join(f"\n・{line['text']}" for step in steps for line in step.get("lines", ()))


def _raised(asks: Sequence[View]) -> str:
    return "、".join(dict.fromkeys(ask["ask"] for ask in asks))


WRITTEN: Mapping[str, Callable[[Any], str]] = {"steps": _quoted_lines, "asks": _raised}
"""How parameters that are not plain values are written."""


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        table = cast("View", value)
        return "、".join(f"{named(key, PARAMETERS)} {_plain(each)}" for key, each in table.items())
    if isinstance(value, list | tuple):
        return " / ".join(_plain(each) for each in cast("Sequence[Any]", value))
    if isinstance(value, bool):
        return "可" if value else "不可"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _left_out(view: View) -> Table:
    table = _new("窓口に関わらない条項", ["条項", "理由"])
    for article, reason in view["articles_left_out"].items():
        _add(table, article, reason)
    return table


SECTIONS = (
    Section(
        "回数の定め（この日に始まる契約年度）",
        "quotas",
        {
            "名称": lambda row: row["title"],
            "回数": _limit,
            "超過時の扱い": _at_limit,
            "期間": span,
            "根拠": lambda row: row["article"],
        },
    ),
    Section(
        "ご用件の区分",
        "categories",
        {
            "名称": lambda row: row["title"],
            "扱い": lambda row: named(row["kind"], KINDS),
            "受付方法": lambda row: _channels(row["channels"]),
            "項目": lambda row: row["item"] or "",
            "必要事項": lambda row: "\n".join(row["facts"]),
            "期限": _due,
            "振り分け先": lambda row: row["queue"],
            "根拠": lambda row: row["article"],
        },
    ),
    Section(
        "計算の規則",
        "rules",
        {
            "規則": lambda row: named(row["calculator"] or row["name"], CALCULATORS | QUOTATIONS),
            "名前": lambda row: row["name"],
            "内容": _parameters,
            "期間": span,
            "根拠": lambda row: row["article"],
        },
    ),
    Section(
        "担当者に確認すること（出典に定めがないもの）",
        "questions",
        {"確認の内容": lambda row: row["text"], "根拠": lambda row: row["article"]},
    ),
    Section(
        "その他の条項",
        "clauses",
        {
            "条項": lambda row: row["title"],
            "内容": lambda row: row["text"],
            "期間": span,
            "根拠": lambda row: row["article"],
        },
    ),
)
