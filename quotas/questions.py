"""What operators are asked where a message, not the terms, leaves the answer open."""

LOSSY_QUESTION = (
    "本文を正しく読み取れませんでした（文字化け）。自動判定は「{reason}」でしたが、"
    "そのままお断りや計上をしてよいか、原文を確認してください。"
)
NO_ONE_SENDER = "差出人のアドレスを一つに特定できません。差出人と契約を確認してください。"
SEVERAL_NUMBERS = (
    "差出人が登録担当者である契約の番号が複数書かれています（{numbers}）。"
    "どの契約のお問い合わせか確認してください。"
)
FORGED_REFERENCE = (
    "案件への返信として届きましたが、案件の参照（{reference}）が契約・担当者と一致しません。"
    "どの案件の連絡か確認してください。"
)
UNCLEAR_REQUEST = (
    "ご依頼の内容を一つに判定できません（{titles}）。自動では計上していません。"
    "ご依頼の内容を確認してください。"
)
UNCLEAR_CHANNEL = "ご依頼の内容を判定できません。この窓口でお受けできる内容か確認してください。"
NO_PERIOD = "契約期間が登録されていません。契約の状態を確認してください。"
CONFIRMATION_DENIED = (
    "送信者の確認に対し、心当たりがないとの返信があった可能性があります。"
    "元の連絡を確認してください。"
)
NO_QUESTION = "お問い合わせの内容を確認し、対応を判断してください。"
