"""The words of mail systems that return mail: who they are, what they call it, how they explain it.

Carriers and old servers send plain text, so a report is known by sender, subject and opening.
"""

import re

SYSTEM = re.compile(
    r"mailer-?daemon|mail-?daemon|postmaster|mail ?deliver(?:y|er) (?:sub)?system|"
    r"mail delivery service|"
    r"mail administrator|system administrator|mdaemon|mail system|mail(?:er)? agent|"
    r"microsoft ?outlook|"
    r"microsoftexchange[0-9a-f]{8,}|interscan|bounce|no-?reply|daemon|internet mail|mail router|"
    r"delivery|\bimss@|\bndr@|smtp[ _](?:mail[ _]service|gateways?)|mail\.delivery",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"undeliver|returned mail|return(?:ed)? to sender|failure notice|"
    r"delivery (?:status )?(?:notification|failure|"
    r"report|problem|has failed|error|delayed|warning)|deliver(?:y|ing).{0,30}fail|fail(?:ed|"
    r"ure).{0,30}deliver|"
    r"mail (?:system )?(?:error|failure|delivery fail)|could ?n[o']t be (?:delivered|sent)|"
    r"not delivered|"
    r"nondeliverable|non-?delivery|message delayed|delayed mail|mail delayed|mail delivery|"
    r"warning: (?:could not send|message)|"
    r"notice: mail delivery|unable to deliver|bounced|user unknown|unzustellbar|"
    r"fail(?:ed|ure) (?:mail|notice)|mail fail(?:ed|ure)|returning (?:message )?to sender|"
    r"processing error|not (?:yet )?been delivered|automatically rejected|не доставлен|退信|"
    r"配信(?:不能|できま|エラー|失敗|の遅延|遅延|に失敗|状態通知|不可|されま)|送信(?:できま|エラー|失敗|に失敗)|"
    r"(?:配送|配達)(?:不能|できま|エラー|失敗|に失敗|遅延)|メール(?:の)?(?:エラー|不達)|不達|"
    r"宛先(?:不明|が見つかり)|エラーメール|メールが(?:戻|返)|届きませんでした|お届けでき",
    re.IGNORECASE,
)
EXPLANATION = re.compile(
    r"(?:message|mail|e-mail|delivery|it).{0,40}(?:could ?n[o']t|can ?not|was not|has not|"
    r"unable).{0,30}(?:be |been )?"
    r"(?:deliver|sent|complete)|unable to deliver|undeliverable|undelivered|did not receive|"
    r"delivery (?:has )?failed|"
    r"delivery to the following|permanent(?:ly)? (?:fatal )?(?:error|fail)|failed permanently|"
    r"following address(?:es)?|(?:did not reach|aborted|(?:has been|being) returned|failed) .{0,40}"
    r"(?:recipient|because|after)|no valid recipients|encountered (?:delivery problems|an error)|"
    r"invalid (?:final delivery )?(?:userid|user|recipient|mailbox)|automatically rejected|"
    r"not (?:yet )?been delivered|not delivered to|not recogni[sz]ed|no mailbox here|"
    r"failed (?:addresses|recipients)|to the following recipients|не может быть доставлен|"
    r"n'a pas pu .tre (?:d.livr|distribu)|konnte nicht zugestellt|"
    r"user unknown|unknown user|no such (?:user|recipient)|mailbox (?:is )?(?:full|unavailable|"
    r"not found)|over quota|"
    r"host (?:unknown|not found)|recipient (?:address )?rejected|transcript of session|"
    r"each of the following|i'm afraid i wasn't able|returned (?:below|to sender|message)|"
    r"your (?:mail|message) (?:sent on|was not|attempted)|the user\(s\)|"
    r"address(?:es)? had .{0,20}errors|"
    r"\b5\d\d[ -]#?5\.\d\.\d|\b55\d[ -][^\d\r\n]|delayed|will (?:be retried|keep trying|"
    r"continue to try)|"
    r"(?:配信|送信|配送|配達|転送)(?:する?こと|が|を|は)?.{0,12}(?:できま|でき?なかった|失敗|不能|エラー|遅延|遅れ)|"
    r"届(?:けられ|けることが|きませ|かなかった)|宛先.{0,24}(?:存在し|見つから|不明|間違|エラー|ありませ)|"
    r"(?:メール)?アドレス.{0,24}(?:存在し|見つから|不明|無効|確認)|受信(?:者|側|拒否).{0,30}(?:拒否|存在|容量|超|満杯|でき)|"
    r"メールボックス.{0,20}(?:容量|一杯|いっぱい|満杯|存在)|以下の(?:メール)?(?:アドレス|宛先|受信者)",
    re.IGNORECASE,
)
TEMPORARY = re.compile(
    r"delay|warning|still being retried|will (?:be retried|keep trying|continue to try)|"
    r"delivery attempts will|遅延|遅れ|"
    r"再送|再試行",
    re.IGNORECASE,
)
# What makes a failure final although the subject warns only.
PERMANENT = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient)|does not exist|no mailbox here|"
    r"存在しません|見つかりません",
    re.IGNORECASE,
)
# Reports of success: nothing was returned.
DELIVERED = re.compile(
    r"(?<!un)success|(?<!not )\bwas delivered|has been delivered|relayed|return receipt|"
    r"配信(?:済|完了|しました)|開封",
    re.IGNORECASE,
)
# Where the message that is returned begins.
ORIGINAL = re.compile(
    r"^(?:-{2,} ?(?:original|below|this is a copy|the following|returned|unsent|message text|"
    r".{0,40}(?:original|元の)).{0,80}|"
    r"[ \t>]{0,4}(?:Received|Return-Path): .{0,200}|Content-Type: message/rfc822.{0,80})$",
    re.IGNORECASE | re.MULTILINE,
)
