"""`madoguchi quote`, with given facts and from the registers."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli.options import CommandError
from bot.cli.quote import app
from bot.registers import Importer
from tests.bot.houses import Hands, open_desk, write_settings

RUNNER = CliRunner()


def run(*arguments: str) -> str:
    result = RUNNER.invoke(app, arguments)
    if isinstance(result.exception, CommandError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def quoted(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


def test_rejoin_from_given_facts() -> None:
    given = "--programme dekispart --left-on 2025-07-31 --rejoin-on 2028-08-01 --list-total 700000"
    quotation = quoted("rejoin", *given.split())
    assert [line["amount"] for line in quotation["lines"]] == [72000, 30000, 140000]
    assert (quotation["total"], quotation["total_with_tax"]) == (242000, 266200)
    assert all(line["article"] for line in quotation["lines"])


def test_rejoin_with_products() -> None:
    given = ["--programme", "dekispart", "--left-on", "2025-07-31", "--rejoin-on", "2025-09-01"]
    owned = ["--product", "A納図 [A-NOTE]=500000", "--product", "写管屋=650000"]
    assert quoted("rejoin", *given, *owned)["total"] == 102000 + 30000


def test_renewal_in_words() -> None:
    given = "--programme desknets-dax --users 100 --end 2025-06-30 --on 2025-06-30"
    shown = run("renewal", *given.split())
    assert "次のサービス期間：2025年7月1日から2026年6月30日まで" in shown
    assert "162,000円  〔第18条第1項〕" in shown
    assert "合計（税込）  178,200円" in shown


def test_licences_from_given_facts() -> None:
    options = {
        "add": "--kind normal --end 2020-03-31 --existing-quantity 50 --purchased-on 2016-08-20"
        " --quantity 20",
        "merge": "--set 10:2016-03-31 --set 5:2016-07-31",
        "switch": "--purchased-on 2015-04-10 --quantity 10 --end 2017-03-31",
        "restart": "--end 2016-03-31 --restart-on 2017-10-01 --until 2018-03-31 --quantity 10",
    }
    maintenance = ("--programme", "licence-maintenance")
    found = {
        kind: quoted(kind, *maintenance, *given.split())["lines"][0]["text"]
        for kind, given in options.items()
    }
    assert "20ライセンス×3年分" in found["add"]
    assert "10ライセンス×1年分" in found["merge"]
    assert "10ライセンス×2年分" in found["switch"]
    assert "10ライセンス×2年分" in found["restart"]


def test_what_is_open_is_asked() -> None:
    shown = run("restart", "--programme", "licence-maintenance", "--end", "2016-03-31",
                "--restart-on", "2017-10-01", "--quantity", "10")  # fmt: skip
    assert "確認が必要な点" in shown
    assert "期限日をいつにしますか" in shown


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("renewal", "a support number or --programme is needed"),
        ("renewal --programme dekiparts", "a support number or --programme is needed"),
        ("merge --programme dekispart", "quote no merge; they quote renewal, rejoin"),
        ("rejoin --programme dekispart --left-on 31.7.2025", "write it as 2026-11-20"),
        ("renewal --programme dekispart --product 写管屋", "is not a whole number"),
    ],
)
def test_what_can_t_be_quoted_is_one_line(arguments: str, line: str) -> None:
    with pytest.raises(CommandError, match=line):
        run(*arguments.split())


REGISTERS = {
    "contracts.csv": """\
support_number,programme,customer,starts_on,ends_on,status
0012-3456-78,dekispart,株式会社北斗建設,2024-08-01,2025-07-31,paid
M20150401,licence-maintenance,株式会社つばめ印刷,2015-04-01,2016-03-31,free
""",
    "licences.csv": """\
support_number,purchased_on,quantity,kind,maintenance_until
M20150401,2015-04-10,10,normal,2016-03-31
""",
    "products.csv": """\
support_number,product,list_price
0012-3456-78,写管屋,700000
""",
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a desk whose registers hold a membership and a licence set."""
    config = write_settings(tmp_path, f"sqlite:///{tmp_path / 'desk.db'}")
    house = open_desk(config, Hands())
    files = [tmp_path / "more" / name for name in REGISTERS]
    files[0].parent.mkdir()
    for file, text in zip(files, REGISTERS.values(), strict=True):
        file.write_text(text, encoding="utf-8")
    assert not Importer(house.store, house.programmes).run(files, Hands()()).errors
    house.close()
    return config


def test_quotations_from_the_registers(config: Path) -> None:
    where = ("--config", str(config))
    rejoin = quoted("rejoin", "0012345678", "--on", "2028-08-01", *where)
    assert (rejoin["programme"], rejoin["total"]) == ("dekispart", 242000)
    add = quoted("add", "M20150401", "--on", "2015-12-10", "--quantity", "5", *where)
    assert add["lines"][1]["text"].startswith("追加後の保守期日：2016年3月31日（次回の更新は15")
    renewal = quoted("renewal", "dx-1024-7731", "--users", "50", "--on", "2027-05-31", *where)
    assert "2027年6月1日から2028年5月31日まで" in renewal["lines"][0]["text"]


def test_given_facts_are_quoted_by_the_terms_of_the_settings(config: Path) -> None:
    settings = config.read_text(encoding="utf-8")
    config.write_text(f'{settings}\n[programmes]\nfolder = "nowhere"\n', encoding="utf-8")
    with pytest.raises(CommandError, match="nowhere"):
        run("renewal", "--programme", "dekispart", "--config", str(config))


def test_a_number_nobody_has_is_one_line(config: Path) -> None:
    with pytest.raises(CommandError, match="there is no contract"):
        run("renewal", "DX-9999-9999", "--config", str(config))
