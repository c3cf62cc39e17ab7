"""What customers of `licence-maintenance` write."""

from bot.demo.samples.letter import Letter

INOUE = ("井上 直樹", "inoue@hayate.example.co.jp")

LETTERS: tuple[tuple[str, str, Letter], ...] = (
    (
        "保守の再開",
        "renewal_question",
        Letter(
            "licence-restart",
            "吉田 恵",
            "yoshida@tsubame.example.co.jp",
            "保守再開の費用について",
            """保守管理番号：M20150401

保守が終了しておりますが、保守の再開を検討しております。
必要な年数を教えてください。
""",
            charset="iso-2022-jp",
            transfer="7bit",
        ),
    ),
    (
        "ライセンスの追加",
        "renewal_question",
        Letter(
            "licence-addition",
            *INOUE,
            "ライセンス追加について",
            """保守管理番号：M20200105

ライセンスの追加を検討しています。5ライセンスを追加購入した
場合の保守の扱いを教えてください。
""",
        ),
    ),
    (
        "ライセンスの統合",
        "renewal_question",
        Letter(
            "licence-merge",
            "松本 剛",
            "matsumoto@tozai.example.co.jp",
            "ライセンス統合のご相談",
            """保守管理番号 Ｍ２０１８０７１２

10ライセンスと5ライセンスを統合したいと考えています。
ライセンスの統合に必要な保守を教えてください。
""",
            charset="euc-jp",
            transfer="8bit",
        ),
    ),
    (
        "製品の質問",
        "accepted",
        Letter(
            "licence-question",
            *INOUE,
            "起動時のエラー",
            """M20200105

起動時にエラーが表示されます。使い方の誤りでしょうか。
""",
        ),
    ),
    (
        "メールマガジン（一斉配信）",
        "automatic_mail",
        Letter(
            "licence-newsletter",
            "販売店ニュース",
            "news@hikari-system.example.jp",
            "今月のお知らせ",
            """今月の新製品をご案内いたします。
""",
            headers=(
                ("List-Id", "<news.hikari-system.example.jp>"),
                ("List-Unsubscribe", "<mailto:leave@hikari-system.example.jp>"),
                ("Precedence", "bulk"),
            ),
        ),
    ),
)
