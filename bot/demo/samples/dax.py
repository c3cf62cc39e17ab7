"""What customers of `desknets-dax` write, in every encoding a Japanese desk meets."""

from bot.demo.samples.enclosures import SCREENSHOT, WINMAIL
from bot.demo.samples.letter import Letter

SATO = ("佐藤 美咲", "sato@aoba.example.co.jp")
TAKAHASHI = ("高橋 健", "takahashi@aoba.example.co.jp")
SUZUKI = ("鈴木 一郎", "suzuki@minato-butsuryu.example.jp")
YAMAMOTO = ("山本 由美", "yamamoto@sakurakai.example.jp")
NAKAJIMA = ("中島 誠", "nakajima@sakurakai.example.jp")
TAKASAKI = ("髙﨑 浩", "takasaki@takasaki-koumuten.example.jp")


def _reissue(code: str, cause: str, server: str, number: str = "DX-5500-8123") -> str:
    return f"""サポートサービス番号：{number}

お世話になっております。
ライセンスキーの再発行をお願いいたします。

お客様コード：{code}
サーバ変更の理由：{cause}
変更後のサーバ：{server}

よろしくお願いいたします。
"""


# title for the table, expected reason, letter
LETTERS: tuple[tuple[str, str, Letter], ...] = (
    (
        "操作の質問（ISO-2022-JP）",
        "accepted",
        Letter(
            "dax-question",
            *SATO,
            "スケジュールの表示設定について",
            """DX-1024-7731

お世話になっております。青葉設計事務所の佐藤です。

スケジュールの初期表示を週間から月間に変える操作方法を
教えていただけますでしょうか。個人設定の画面は確認いたしました。

よろしくお願いいたします。

--
株式会社青葉設計事務所 総務部
佐藤 美咲
""",
            charset="iso-2022-jp",
            transfer="7bit",
        ),
    ),
    (
        "挨拶のあとに番号（UTF-8 base64）",
        "accepted",
        Letter(
            "dax-greeting-first",
            *SUZUKI,
            "動作環境の確認",
            """いつもお世話になっております。
みなと物流の鈴木でございます。

サポートサービス番号：DX-2048-1190

新しいサーバOSでの動作環境についてお教えください。
対応OSの一覧は、どちらで確認できますでしょうか。
""",
        ),
    ),
    (
        "機種依存文字（Shift_JIS）",
        "accepted",
        Letter(
            "dax-cp932",
            *TAKASAKI,
            "①印刷時のエラーについて",
            """サポート番号 DX-6001-3344

㈱髙﨑工務店の髙﨑です。
①回覧・レポートを印刷すると「エラー №102」と表示されます。
②ほかのＰＣでは問題ありません。

ご確認のほど、よろしくお願いします。
""",
            charset="shift_jis",
            transfer="8bit",
        ),
    ),
    (
        "EUC-JPの質問",
        "accepted",
        Letter(
            "dax-euc",
            *NAKAJIMA,
            "パッチの適用について",
            """DX-5500-8123

さくら会の中島です。
公開された修正プログラムのパッチを適用したいのですが、
適用前にバックアップすべきものを教えてください。
""",
            charset="euc-jp",
            transfer="8bit",
        ),
    ),
    (
        "全角の番号（quoted-printable）",
        "accepted",
        Letter(
            "dax-full-width-number",
            *SUZUKI,
            "ユーザ登録の操作方法",
            """サポートサービス番号　ＤＸ－２０４８－１１９０

ユーザを一括で登録する操作方法を教えてください。
CSVファイルの見本はありますか。
""",
            transfer="quoted-printable",
        ),
    ),
    (
        "HTMLのみのメール",
        "accepted",
        Letter(
            "dax-html-only",
            *TAKAHASHI,
            "ログインできないユーザがいます",
            """サポートサービス番号：DX-1024-7731

高橋です。特定のユーザだけがログインできない状態です。
「認証に失敗しました」<コード 401> と表示されます。""",
            as_html=True,
        ),
    ),
    (
        "添付ファイル付きの質問",
        "accepted",
        Letter(
            "dax-attachment",
            *SATO,
            "文字化けの件（画面を添付します）",
            """DX-1024-7731

文書管理の一覧で文字が正しく表示されない不具合がございます。
画面の写しを添付いたしますので、ご確認をお願いいたします。
""",
            enclosures=(SCREENSHOT,),
        ),
    ),
    (
        "Outlookのwinmail.dat",
        "accepted",
        Letter(
            "dax-winmail",
            *SUZUKI,
            "サーバ環境の資料をお送りします",
            """サポートサービス番号：DX-2048-1190

先日のサーバ環境の件で、構成の資料をお送りいたします。
推奨の動作環境を満たしているか、ご確認いただけますでしょうか。
""",
            enclosures=(WINMAIL,),
        ),
    ),
    (
        "番号が署名にある",
        "number_not_at_head",
        Letter(
            "dax-number-at-end",
            *SATO,
            "設備予約の操作について",
            """お世話になっております。

設備予約の画面で、予約の繰り返しを設定する操作方法を
お教えいただけますでしょうか。
毎週月曜日の午前に会議室を予約したいと考えております。
管理者設定も確認いたしましたが、該当の項目が見つかりませんでした。

--
株式会社青葉設計事務所  佐藤 美咲
サポートサービス番号 DX-1024-7731
""",
            charset="iso-2022-jp",
            transfer="7bit",
        ),
    ),
    (
        "番号が件名にある",
        "number_not_at_head",
        Letter(
            "dax-number-in-subject",
            *TAKAHASHI,
            "【DX-1024-7731】電話メモの使い方",
            """お世話になっております。高橋です。

電話メモの使い方について教えてください。
宛先に部署を選べますでしょうか。
""",
        ),
    ),
    (
        "番号がない",
        "number_missing",
        Letter(
            "dax-number-missing",
            *NAKAJIMA,
            "アドレス帳の操作方法",
            """さくら会の中島です。

アドレス帳を部署ごとに共有する操作方法を教えてください。
""",
            charset="iso-2022-jp",
            transfer="7bit",
        ),
    ),
    (
        "番号を同じスレッドで返信",
        "accepted",
        Letter(
            "dax-number-follows",
            *NAKAJIMA,
            "Re: アドレス帳の操作方法",
            """サポートサービス番号：DX-5500-8123

失礼いたしました。番号は上記のとおりです。

> さくら会の中島です。
>
> アドレス帳を部署ごとに共有する操作方法を教えてください。
""",
            answers="dax-number-missing",
        ),
    ),
    (
        "受付中の案件への追記（引用あり）",
        "follow_up",
        Letter(
            "dax-follow-up",
            *SATO,
            "Re: スケジュールの表示設定について",
            """DX-1024-7731

佐藤です。先ほどの件、使用しているブラウザをお伝えしておりません
でした。全員が同じ最新の版を使っております。

2026年11月20日 10:05 佐藤 美咲 <sato@aoba.example.co.jp>:
> スケジュールの初期表示を週間から月間に変える操作方法を
> 教えていただけますでしょうか。
""",
            answers="dax-question",
        ),
    ),
    (
        "存在しない番号",
        "number_unknown",
        Letter(
            "dax-number-unknown",
            "田村 実",
            "tamura@unknown.example.jp",
            "使い方について",
            """サポートサービス番号：DX-9999-0001

操作方法を教えてください。
""",
        ),
    ),
    (
        "登録のない差出人",
        "sender_unregistered",
        Letter(
            "dax-sender-unregistered",
            "渡辺 徹",
            "watanabe@aoba.example.co.jp",
            "データ移行について",
            """サポートサービス番号：DX-1024-7731

サーバ変更に伴うデータ移行の方法を教えてください。
""",
        ),
    ),
    (
        "差出人の詐称が疑われる",
        "sender_unauthenticated",
        Letter(
            "dax-sender-forged",
            *TAKASAKI,
            "至急：ライセンスキーの件",
            _reissue("KT-40021", "サーバの入れ替え", "別のサーバ", "DX-6001-3344"),
            authentic=False,
        ),
    ),
    (
        "サービス期間の満了後",
        "contract_ended",
        Letter(
            "dax-contract-ended",
            "伊藤 さくら",
            "ito@hibari.example.co.jp",
            "ログインできないユーザについて",
            """サポートサービス番号：DX-3120-5567

本日からログインできないユーザがいるとの連絡がありました。
不具合でしょうか。
""",
            charset="shift_jis",
        ),
    ),
    (
        "サービス期間の開始前",
        "contract_not_started",
        Letter(
            "dax-contract-not-started",
            "木村 翔",
            "kimura@shirakaba.example.jp",
            "サーバ環境の準備について",
            """DX-4410-0028

来月からの利用に向けて、サーバ環境の準備を進めております。
動作環境についてお教えください。
""",
        ),
    ),
    (
        "ライセンスキー再発行（1回目）",
        "reissue_requested",
        Letter(
            "dax-reissue-1",
            *YAMAMOTO,
            "ライセンスキー再発行のお願い",
            _reissue("SK-20011", "サーバの入れ替えのため", "PowerEdge R450 / Windows Server 2022"),
        ),
    ),
    (
        "ライセンスキー再発行（2回目、ISO-2022-JP）",
        "reissue_requested",
        Letter(
            "dax-reissue-2",
            *YAMAMOTO,
            "ライセンスキー再発行のお願い（分院）",
            _reissue("SK-20012", "サーバの移設のため", "分院サーバ / Windows Server 2022"),
            charset="iso-2022-jp",
            transfer="7bit",
        ),
    ),
    (
        "ライセンスキー再発行（3回目）",
        "reissue_requested",
        Letter(
            "dax-reissue-3",
            *NAKAJIMA,
            "ライセンスキー再発行のお願い（検証機）",
            _reissue("SK-20013", "検証サーバのリプレース", "検証サーバ / Windows Server 2025"),
            transfer="quoted-printable",
        ),
    ),
    (
        "ライセンスキー再発行（4回目）",
        "quota_exhausted",
        Letter(
            "dax-reissue-4",
            *YAMAMOTO,
            "ライセンスキー再発行のお願い（予備機）",
            _reissue("SK-20014", "予備サーバへの入れ替え", "予備サーバ / Windows Server 2025"),
        ),
    ),
    (
        "再発行の記載事項が不足",
        "facts_missing",
        Letter(
            "dax-reissue-facts-missing",
            *TAKASAKI,
            "ライセンスキーの再発行",
            """DX-6001-3344

サーバを変更したため、ライセンスキーの再発行をお願いします。
""",
            charset="shift_jis",
            transfer="8bit",
        ),
    ),
    (
        "ハードウェア故障による再発行",
        "ask_operator",
        Letter(
            "dax-reissue-hardware-failure",
            *SUZUKI,
            "ライセンスキー再発行のお願い（故障）",
            _reissue("MB-30007", "サーバの故障のため", "PowerEdge R350", "DX-2048-1190"),
        ),
    ),
    (
        "ご利用状況の照会",
        "quota_statement",
        Letter(
            "dax-statement",
            *YAMAMOTO,
            "利用状況の確認",
            """サポートサービス番号：DX-5500-8123

今期の再発行の利用状況を確認したく、残り回数と利用明細を
お送りいただけますでしょうか。
""",
        ),
    ),
    (
        "担当者の変更",
        "contact_change_requested",
        Letter(
            "dax-contact-change",
            *TAKAHASHI,
            "担当者変更のご連絡",
            """サポートサービス番号：DX-1024-7731

来月より問合せ担当者の変更をお願いいたします。
旧担当：高橋 健
新担当：小川 真理（ogawa@aoba.example.co.jp）
担当者変更の手続きをご案内ください。
""",
        ),
    ),
    (
        "更新と料金の質問",
        "renewal_question",
        Letter(
            "dax-renewal",
            *SATO,
            "契約更新のお見積について",
            """DX-1024-7731

来期の契約更新にあたり、サービス料金と更新手続の方法を
お知らせください。ライセンスは100ユーザです。
""",
        ),
    ),
    (
        "解約の申し出",
        "renewal_question",
        Letter(
            "dax-cancellation",
            *SUZUKI,
            "解約について",
            """サポートサービス番号：DX-2048-1190

社内システムの見直しにより、解約を検討しております。
手続きの方法をご案内ください。
""",
        ),
    ),
    (
        "電話での案内を希望",
        "call_requested",
        Letter(
            "dax-call",
            *NAKAJIMA,
            "お電話をいただけますか",
            """DX-5500-8123

①急ぎのため、折り返しお電話くださいますようお願いします。
電話番号は 03-0000-9876 です。
""",
            charset="iso-2022-jp",
            transfer="7bit",
        ),
    ),
    (
        "不在の自動返信",
        "automatic_mail",
        Letter(
            "dax-out-of-office",
            *SUZUKI,
            "自動返信: 【お問い合わせ受付】動作環境の確認",
            """ただいま不在にしております。来週月曜日に確認いたします。
サポートサービス番号：DX-2048-1190
""",
            headers=(("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")),
        ),
    ),
)
