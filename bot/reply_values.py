"""What the replies may speak of that people or the clock cause, besides those of `decide`.

The same form as `quotas.reply_values`, whose names and shapes are used: every name is always
present, and what does not apply is ``None`` or empty.
"""

from collections.abc import Mapping

from quotas.reply_values import VALUES as DECIDED
from quotas.reply_values import ReplyValue

_CORRESPONDENCE = (
    ReplyValue("subject", "str", "the customer's subject, or empty when the desk writes first"),
    ReplyValue("programme_name", "str", "the programme as customers know it"),
    ReplyValue("number_label", "str", "what the number is called"),
    ReplyValue("support_number", "str/None", "the canonical number, if the case has a contract"),
    ReplyValue("customer", "str/None", "the customer's name as registered"),
    ReplyValue("contact_name", "str/None", "the addressee's name as registered"),
)

CAUSED: Mapping[str, tuple[ReplyValue, ...]] = {
    "case_reply": (
        *_CORRESPONDENCE,
        ReplyValue("text", "str", "what the operator writes, with its own lines"),
        ReplyValue("operator", "str/None", "the operator's name as customers see it"),
    ),
    "reissue_done": (
        *_CORRESPONDENCE,
        ReplyValue("licence_keys", "str", "the key or keys, one a line, or empty"),
        ReplyValue("key_files", "list", "names of attached files that are keys"),
        ReplyValue("note", "str", "what the operator adds, with its own lines, or empty"),
        ReplyValue("quota", "quota/None", "the count with this re-issue, None if not counted"),
    ),
    "reissue_refused": (
        *_CORRESPONDENCE,
        ReplyValue("why", "str", "why, in the operator's words, with its own lines"),
        ReplyValue("quota", "quota/None", "the count after the reservation was given back"),
    ),
    "quota_notice": (
        *_CORRESPONDENCE,
        ReplyValue("quota", "quota", "the count that reached the threshold"),
        ReplyValue("percent", "int", "the threshold that was reached, 80 or 100"),
        ReplyValue("guideline_minutes", "int/None", "how long one unit should take"),
    ),
}

ALL_VALUES: Mapping[str, tuple[ReplyValue, ...]] = {
    **{reason.value: values for reason, values in DECIDED.items()},
    **CAUSED,
}
"""Every template that must exist, with the values it is given."""
