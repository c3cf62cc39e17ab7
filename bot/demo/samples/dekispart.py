"""What members of `dekispart` write."""

from bot.demo.samples.letter import Letter

KOBAYASHI = ("小林 大輔", "kobayashi@hokuto.example.co.jp")
NAKAMURA = ("中村 和子", "nakamura@nakamuragumi.example.jp")

LETTERS: tuple[tuple[str, str, Letter], ...] = (
    (
        "製品の質問",
        "accepted",
        Letter(
            "dekispart-question",
            *KOBAYASHI,
            "最新プログラムについて",
            """保守サポートID：0012-3456-78

北斗建設の小林です。
出来形管理システムの最新プログラムはどちらからダウンロード
できますでしょうか。
""",
            charset="shift_jis",
        ),
    ),
    (
        "電話サポートの希望",
        "call_requested",
        Letter(
            "dekispart-call",
            *KOBAYASHI,
            "電話サポートのお願い",
            """保守サポートID 0012-3456-78

電話サポートをお願いいたします。
本日午後に折り返しのお電話をいただけますでしょうか。
""",
            charset="iso-2022-jp",
            transfer="7bit",
        ),
    ),
    (
        "リモートサポートの希望",
        "remote_support_requested",
        Letter(
            "dekispart-remote",
            *NAKAMURA,
            "リモートサポートについて",
            """保守サポートＩＤ：００９８－７６５４－３２

帳票の設定がうまくいかないため、リモートサポートで
画面を見ながら教えていただけますか。
""",
        ),
    ),
    (
        "プロテクター装置の交換",
        "accepted",
        Letter(
            "dekispart-protector",
            *NAKAMURA,
            "プロテクターの破損",
            """保守サポートID：0098-7654-32

プロテクター装置が破損したため、破損交換をお願いいたします。
""",
        ),
    ),
    (
        "ご利用回数の照会",
        "quota_statement",
        Letter(
            "dekispart-statement",
            *KOBAYASHI,
            "電話サポートの利用回数",
            """0012-3456-78

今年度の利用回数と残り回数を教えてください。
""",
            transfer="quoted-printable",
        ),
    ),
    (
        "退会後の再加入の質問",
        "renewal_question",
        Letter(
            "dekispart-rejoin",
            "加藤 修",
            "kato@mizuho-doboku.example.jp",
            "再加入の費用について",
            """保守サポートID：0055-1111-20

保守会員に再加入する場合の年会費と入会金を教えてください。
""",
        ),
    ),
    (
        "複数年保守の料金",
        "ask_operator",
        Letter(
            "dekispart-multi-year",
            *KOBAYASHI,
            "複数年保守の料金",
            """保守サポートID：0012-3456-78

複数年保守と5年一括割引の料金を教えてください。
""",
        ),
    ),
)
