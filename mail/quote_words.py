"""How mail programs and their users mark older words and signatures, in the languages we meet."""

import re

MARKED = re.compile(r"[ \t\u3000]{0,8}(?:[>＞]|\|[ >]|[A-Za-z]{1,4}>[ >])")
_DATE = (
    r"(?:\d{2,4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?"
    r"|\d{1,2}[./ ](?:\d{1,2}|[A-Za-z]{3,9})[./ ]\d{4}"
    r"|[A-Za-z]{3,9},?\s\d{1,2},?\s[A-Za-z]{0,9}\s?\d{2,4}|[A-Za-z]{3,9}\s\d{1,2},\s\d{4})"
)
# 2024/05/20 10:00、山田のメール:   2024年5月20日(月) 10:00 山田 <a@b>:   On Mon, … wrote:
ATTRIBUTIONS = (
    re.compile(r"On\s.{4,300}\s(?:wrote|writes|schrieb|said)\s?[:：]\s*"),
    re.compile(
        r"(?:Am|Le|El|Il|Op)\s.{4,300}"
        r"(?:schrieb|a écrit|escribió|ha scritto|schreef).{0,80}[:：]\s*"
    ),
    re.compile(
        _DATE + r".{0,200}(?:のメール|は書きました|wrote|のメッセージ)\s?[:：]?\s*"
    ),
    re.compile(_DATE + r".{0,200}<[^<>\s]{3,100}@[^<>\s]{2,100}>.{0,20}[:：]\s*"),
    re.compile(r".{1,120}(?:さんは|様は|は).{0,60}書きました\s?[:：。]?\s*"),
    re.compile(r".{1,160}(?:wrote|writes)\s?[:：]\s*"),
    # W dniu … użytkownik … napisał:   Den … skrev:   Op … heeft … geschreven:   Em … escreveu:
    re.compile(
        r"(?:W dniu|Den|På|Op|Em|On|Vào|El|Il|Le|Am|Dne|V)\s.{4,300}(?:napisał|skrev|geschreven|"
        r"escreveu|đã viết|sent|escribió|ha scritto|a écrit|schrieb|napsal).{0,80}[:：]\s*"
    ),
    re.compile(_DATE + r".{0,200}(?:написал|пишет|写道|님이 작성).{0,20}[:：]\s*"),
    re.compile(r"In (?:message|article)\s.{3,200}[,:]?\s*"),
)  # fmt: skip
WRAPPED_START = re.compile(
    r"(?:On|Am|Le|El|Il|Op|W dniu|Den|På|Em|Vào|Dne|V)\s.{0,300}|" + _DATE + ".{0,200}"
)
ORIGINAL = re.compile(
    r"[ \t]*[-_=*＝━─ー]{2,}\s?(?:Original Message|Original Appointment|Forwarded [Mm]essage|"
    r"Forwarded by|Weitergeleitete Nachricht|Ursprüngliche Nachricht|Message d'origine|"
    r"元のメッセージ|元のメール|転送メッセージ|転送されたメッセージ|オリジナルメッセージ|"
    r"受信メール|返信元|Begin forwarded message).{0,80}",
    re.IGNORECASE,
)
# ---- Taro wrote ----
RULED = re.compile(r"[ \t]*[-_=*]{2,}\s?.{1,200}(?:wrote|のメール|書きました)\s?[-_=*]{2,}\s*")
BEGIN_FORWARDED = re.compile(r"[ \t]*(?:Begin forwarded message|以下転送|転送開始)\s?[:：]\s*")
# A date or time and an address: what stands before a marked quote in any language.
BY_ADDRESS = re.compile(
    r"(?=.{0,300}(?:\d{1,2}:\d{2}|\d{4}))(?:[^\s>].{0,300})?[<(\[\"](?:mailto:)?\s?"
    r"[^<>()\s\"]{1,100}@[^<>()\s\"]{2,100}[>)\]\"].{0,60}"
)
FIELD = re.compile(
    r"[ \t*＊_]{0,4}(?P<name>From|Sent|Date|To|Cc|Subject|"
    r"Von|Gesendet|An|Betreff|De|Envoyé|À|Objet|"
    r"Fra|Sendt|Til|Emne|Från|Skickat|Till|Ämne|Van|Verzonden|Aan|Onderwerp|Enviado|Para|Asunto|"
    r"Da|Inviato|Oggetto|Od|Wysłano|Do|Temat|发件人|发送时间|收件人|主题|보낸 사람|받는 사람|제목|"
    r"差出人|送信者|送信元|送信日時|送信日|日時|日付|宛先|件名|CC|題名)[*＊]{0,2}\s?[:：][*＊]{0,2}",
    re.IGNORECASE,
)
SENDER_FIELDS = frozenset(
    "from von de fra från van da od 发件人 差出人 送信者 送信元".split()  # noqa: SIM905 - a table
) | {"보낸 사람"}
DATE_FIELDS = frozenset({"date", "sent", "日時", "送信日時", "送信日", "日付"})
_RULE_CHARACTERS = (
    r"[-=━─＝*＊_＿~〜～#＃+＋・…‥☆★◆◇■□▲△▼▽●○◎∞^＾―‐－ー☘:：.。┏┓┗┛┌┐└┘|｜/／<>＜＞oO0｡ﾟ゜‥ｰ]"
)
# One class after the first four, not groups of blanks and marks: those can be split in so many
# ways that a line which fails at its end would take years.
RULE = re.compile(
    r"[ \t\u3000]*" + _RULE_CHARACTERS + r"{4}(?:" + _RULE_CHARACTERS + r"|[ \t\u3000])*"
)
DELIMITER = re.compile(r"-- ?")
MOBILE = re.compile(
    r"[ \t]*(?:Sent from my .{2,60}|iPhoneから送信|iPadから送信|Androidから送信|"
    r"Get Outlook for .{2,40}|.{0,30}スマートフォンから送信.{0,20})[ \t]*"
)
CONTACT = re.compile(
    r"T\s?E\s?L|Ｔ\s?Ｅ\s?Ｌ|℡|F\s?A\s?X|Ｆ\s?Ａ\s?Ｘ|\bPhone|\bMobile|E-?mail|Ｅ-?ｍａｉｌ|電話|携帯|〒|"
    r"https?://|www\.|[\w.+-]{1,64}@[\w-]{1,63}\.|メール\s?[:：]",
    re.IGNORECASE,
)
SENTENCE = re.compile(
    r"(?:。|[?？]|(?:です|ます|ました|ません|ください|下さい|でしょうか|[a-z][.!])"
    r"[ \t\u3000。、]*)$"
)
LABEL = re.compile(r"[ \t\u3000■□◆●・○◇]{0,4}([^:：\s@]{1,14})\s?[:：]\s?\S")
CONTACT_LABEL = re.compile(
    r"(?:T\s?E\s?L|Ｔ|F\s?A\s?X|Ｆ|Phone|Mobile|Fax|Tel|Direct|E-?mail|Mail|Web|URL|HP|https?|"
    r"Address|"
    r"電話|携帯|直通|代表|内線|住所|所在地|メール|ホームページ|営業時間|定休日|担当|部署|〒|本社|支店|東京|大阪)",
    re.IGNORECASE,
)

STRONG = re.compile(
    r"(?:napisał|skrev|geschreven|escreveu|đã viết|sent|escribió|ha scritto|a écrit|schrieb|napsal)"
    r".{0,40}[:：]$|"
    r"^On\s.*(?:wrote|writes)\s?[:：]|のメール\s?[:：]?$|書きました|<[^<>\s]+@[^<>\s]+>.{0,20}[:：]"
)
