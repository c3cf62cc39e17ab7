"""Linking a stray case to the contract it belongs to, by hand and on the record."""

import unicodedata

from bot.cases.commands import record_change
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.reply import checked
from bot.store.cases import Case
from bot.store.notes import Note
from bot.store.work import Work

NUMBER_CHARACTERS = 64
UNLINKED = "契約が特定されていない案件です。先に契約と関連付けてください。"


def link(work: Work, seen: Seen, written: str, reason: str, actor: Actor) -> Outcome:
    """Link a case to the contract whose number an operator wrote; `reason` is kept as a note.

    A case that has counted something stays where it was counted.
    """
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    if not reason.strip():
        return Refused("関連付けの理由を入力してください。")
    number = unicodedata.normalize("NFKC", written).strip().upper()[:NUMBER_CHARACTERS]
    contract = work.contracts.find(number)
    if contract is None or contract.programme != case.programme:
        return Refused(f"サポート番号 {number} の契約は、この窓口にはありません。")
    if work.ledger.of_case(case.number):
        return Refused("この案件には利用の記録があるため、契約を変更できません。")
    changed = work.cases.change(
        case.number, case.version, actor.at, support_number=contract.support_number
    )
    if changed is None:
        return Conflict(case, by=case.assignee or "desk")
    text = f"契約 {contract.support_number} と関連付け：{reason}"
    ref = f"link:{case.number}:{case.version}"
    work.notes.add(Note(case.number, actor.at, "event", actor.id, text, ref))
    record_change(work, "link", case, changed, actor)
    return Done(changed)
