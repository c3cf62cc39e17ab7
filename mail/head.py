"""The head of a mail (冒頭): what may stand before the number, and what may not."""

import re
from collections.abc import Mapping

from mail.readable import plain

_LOOK = 200
_MOST_BEFORE = 8
_EDGE = " ()[]【】「」『』《》〈〉<>#*■□◆◇●○・:=-.,、。|※★☆>~_\r\n"


def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile for text made by `plain`, where the long-vowel mark is a dash."""
    return re.compile(pattern.replace("ー", "-"))


# What a mail says before it comes to the point; matched against a whole line in NFKC.
_GREETINGS = tuple(
    _compiled(pattern)
    for pattern in (
        r".{0,80}(?:御中|様|さま|殿|各位|ご担当者|担当者|係|宛|行)[、。,]?",
        r".{0,40}(?:お世話|御世話).{0,60}",
        r".{0,20}(?:お疲れ様|いつも|平素|拝啓|前略|はじめまして|初めまして|初めて|突然).{0,80}",
        r".{0,20}(?:おはようございます|こんにちは|こんばんは|失礼(?:いた|致)?します)[。、!]?.{0,20}",
        r".{0,20}(?:お忙しい|恐れ入り|恐縮).{0,40}",
        r"(?:DEAR|HELLO|HI|TO WHOM|GOOD (?:MORNING|AFTERNOON|EVENING)).{0,60}",
        r"(?:THIS IS|MY NAME IS|I AM|I'M|WE ARE).{0,80}|(?:SUPPORT|CONTRACT).{0,40}|(?:NO|ID)\.?",
        r".{0,60}(?:株式会社|有限会社|合同会社|株\)|有\)|CO\.|INC|LTD|CORP).{0,60}",
        r".{0,60}(?:財団|学校|大学|病院|市役所|役場|組合|協会|法人).{0,60}",
        r".{0,60}(?:と申します|でございます|と言います|といいます)[。、]?",
        r".{1,30}(?:部|課|室|係|支店|営業所|センター|グループ|チーム|担当)[ の]?.{0,16}",
        r"[^。、?!]{1,24}です[。、]?",
        r"[\u4e00-\u9fff々]{1,4}[ ]?[\u4e00-\u9fff々\u3041-\u3096\u30a1-\u30fa]{0,4}",
        r".{0,30}(?:問い?合わ?せ|質問|相談|依頼|連絡|申請|申し?込み?|再発行|件)(?:の件)?です。?",
        r".{0,30}(?:問い?合わ?せ|質問|相談|依頼|連絡|申請|申し?込み?|再発行|件)(?:の件|について)?[。:]?",
        r".{0,30}(?:問い?合わ?せ|質問|相談|依頼|連絡|申請)(?:フォーム|(?:させていただき|いたし|致し|し)ます)。?",
        r".{0,20}(?:下記|以下)(?:の|に|、)?.{0,30}",
        r".{0,30}(?:番号|ID|会員証|NO\.?)(?:は|:|=|を|につ|\(|の).{0,30}",
    )
)
_RULE = re.compile(r"[-=_*~#+.・─━＝:<> ]{2,}")
_QUESTION = _compiled(
    r"[?]|ください|下さい|でしょうか|でき(?:ません|ない)|出来(?:ません|ない)|エラー|不具合|教えて|したい|"
    r"困って|動(?:か|きま)|なりました|なります|しました|表示|発生|願い(?:し|いた|致)"
)
_COURTESY = re.compile(
    r"(?:よろしく|宜しく).{0,12}|お世話に(?:なっており|なります|なり).{0,8}|(?:お|御)世話様.{0,8}"
)
_STOP = re.compile(r"[。!]+")
_FORM_LINE = re.compile(r"[^:=]{1,20}[:=].{0,60}")


def head_lines(
    lines: list[str], own: list[bool], numbered: Mapping[int, int], labels: tuple[str, ...]
) -> set[int]:
    """Return the indexes of the lines at the head that hold a number.

    `own` tells which lines are the sender's, `numbered` where in a line its first number begins.
    Blank lines, rules, greetings, the sender's name and form labels may stand before; whatever
    asks or reports may not.
    """
    known = tuple(plain(label) for label in labels)
    before = 0
    for at, line in enumerate(lines):
        if not own[at]:
            continue
        begins = numbered.get(at)
        look = plain(line[:_LOOK] if begins is None else line[:begins][-_LOOK:]).strip(_EDGE)
        if begins is not None:
            return _together(at, own, numbered) if _may_stand_before(look, known) else set()
        if not look or _RULE.fullmatch(look):
            continue
        before += 1
        if before > _MOST_BEFORE or not _may_stand_before(look, known):
            return set()
    return set()


def _together(at: int, own: list[bool], numbered: Mapping[int, int]) -> set[int]:
    """Return the line `at` and those with a number right under it."""
    head = {at}
    while at + 1 in numbered and own[at + 1]:
        at += 1
        head.add(at)
    return head


def _may_stand_before(look: str, labels: tuple[str, ...]) -> bool:
    """Tell whether every sentence of `look` is one with which a mail opens."""
    sentences = [sentence.strip(_EDGE) for sentence in _STOP.split(look)]
    return all(_opens(sentence, labels) for sentence in sentences if sentence)


def _opens(sentence: str, labels: tuple[str, ...]) -> bool:
    if _QUESTION.search(_COURTESY.sub("", sentence)):
        return False
    if any(label in sentence for label in labels) or _FORM_LINE.fullmatch(sentence):
        return True
    return any(pattern.fullmatch(sentence) for pattern in _GREETINGS)
