"""Planted faults: each must be told by file, key, what is wrong and the remedy."""

import pytest

from quotas.terms_file import TermsError, load_programme
from tests.quotas.fourth_programme import fourth_programme

FILE = "zaiko-cloud.toml"
TERMS = fourth_programme()

NEW_QUOTA = "[[quota]]" + TERMS.split("[[quota]]")[2].split("\n\n")[0]


def faults(text: str) -> list[str]:
    with pytest.raises(TermsError) as caught:
        load_programme(text, FILE)
    return [line.removeprefix(f"{FILE}: ") for line in caught.value.lines]


def planted(old: str, new: str) -> list[str]:
    """Return the faults found when the first `old` of the good file becomes `new`."""
    assert old in TERMS, f"nothing to replace: {old}"
    return faults(TERMS.replace(old, new, 1))


SINGLE = {
    "hours: gap": (
        "since = 2026-04-01\nweekdays",
        "since = 2026-04-03\nweekdays",
        (
            "hours[2].since: gap: nothing is in force from 2026-04-01 to 2026-04-02 — "
            "let hours[1] end with until = 2026-04-02"
        ),
    ),
    "hours: gap of one day": (
        "since = 2026-04-01\nweekdays",
        "since = 2026-04-02\nweekdays",
        (
            "hours[2].since: gap: nothing is in force from 2026-04-01 to 2026-04-01 — "
            "let hours[1] end with until = 2026-04-01"
        ),
    ),
    "hours: overlap of one day": (
        "since = 2026-04-01\nweekdays",
        "since = 2026-03-31\nweekdays",
        (
            "hours[2].since: overlaps hours[1], which still holds on 2026-03-31 — "
            "end hours[1] with until = 2026-03-30"
        ),
    ),
    "hours: two from the beginning": (
        "since = 2026-04-01\nweekdays",
        "weekdays",
        (
            "hours[2].since: missing: hours[1] has the same name and holds from the beginning "
            "too — give it another name, or date the two rows with since and until"
        ),
    ),
    "hours: nothing before": (
        "until = 2026-03-31\nweekdays",
        "since = 2020-01-01\nuntil = 2026-03-31\nweekdays",
        (
            "hours[1].since: nothing is in force before 2020-01-01 — "
            "leave since out of the oldest row, or add an older one"
        ),
    ),
    "quota: nothing after": (
        "since = 2026-04-01\nlimit = 2",
        "since = 2026-04-01\nuntil = 2027-03-31\nlimit = 2",
        (
            'quota[2] "onsite_visit".until: nothing is in force after 2027-03-31 — '
            "leave until out of the newest row, or add a newer one"
        ),
    ),
    "ends before it begins": (
        "since = 2026-04-01\nlimit = 2",
        "since = 2026-04-01\nuntil = 2026-03-31\nlimit = 2",
        (
            'quota[2] "onsite_visit".until: 2026-03-31 is before since = 2026-04-01 — '
            "swap the two days"
        ),
    ),
    "default category begins late": (
        'channels = ["email", "web"]\narticle = "第7条"\n',
        'channels = ["email", "web"]\narticle = "第7条"\nsince = 2026-01-01\n',
        (
            'category[1] "question".since: nothing is in force before 2026-01-01 — '
            "leave since out of the oldest row, or add an older one"
        ),
    ),
    "unknown key": (
        "labels = [",
        "lables = [",
        "number.lables: unknown key — did you mean labels?",
    ),
    "unknown parameter": (
        "rate_percent = 10",
        "rate_percent = 10\nrate_per_cent = 8",
        "rules.tax[1].rate_per_cent: unknown key — did you mean rate_percent?",
    ),
    "parameter like no other": (
        "rate_percent = 10",
        "rate_percent = 10\nzzz = 8",
        "rules.tax[1].zzz: unknown key — docs/terms.md lists those there are",
    ),
    "parameter of another type": (
        "rate_percent = 10",
        'rate_percent = "10"',
        "rules.tax[1].rate_percent: '10' is not a whole number — write 0 or more",
    ),
    "row of a parameter without a key": (
        "rate_percent = 10",
        'rate_percent = 10\nclasses = [{ class = "A" }]',
        "rules.tax[1].classes: row 1: missing key fee — add it",
    ),
    "row of a parameter with an unknown key": (
        "rate_percent = 10",
        'rate_percent = 10\nclasses = [{ class = "A", fee = 1, user = 5 }]',
        "rules.tax[1].classes: row 1: unknown key user — did you mean users?",
    ),
    "step of an unknown rule": (
        "rate_percent = 10",
        'rate_percent = 10\nsteps = [{ rule = "taxes" }]',
        "rules.tax[1].rule: no rule is named taxes — did you mean tax?",
    ),
    "step that asks an unknown question": (
        "rate_percent = 10",
        'rate_percent = 10\nasks = [{ ask = "visit" }]',
        "rules.tax[1].ask: no [[ask]] is named visit — known are visit_in_trial, visit_to_island",
    ),
    "control character": (
        'title = "対応言語"',
        'title = "対応\\u0000言語"',
        (
            "clause[1] \"language\".title: '対応\\x00言語' has control characters — "
            "write it on one line"
        ),
    ),
    "blank word": (
        '"操作" = 2',
        '"" = 2',
        "category[1] \"question\".words: '' is not a text — write a text in quotes",
    ),
    "more than anything can be": (
        "maximum = 3",
        "maximum = 99999999999999999999",
        "contacts[1].maximum: 99999999999999999999 is too large — write 1000000000 or less",
    ),
    "missing parameter": (
        "months_after = 1\n",
        "",
        (
            "rules.first_period[1].months_after: missing key — "
            "the calculator period_after_order needs it"
        ),
    ),
    "unknown table": (
        "[[clause]]",
        "[[clauses]]",
        "clauses: unknown key — did you mean clause?",
    ),
    "missing key": (
        'unit = "回"\n',
        "",
        'quota[1] "onsite_visit".unit: missing key — add it (docs/terms.md explains it)',
    ),
    "missing article": (
        'article = "第9条"\n',
        "",
        'clause[1] "language".article: missing key — add it (docs/terms.md explains it)',
    ),
    "missing table": (
        '[[channels]]\narticle = "第4条"\naccepted = ["email", "web"]\n',
        "",
        "channels: missing — add it (docs/terms.md explains it)",
    ),
    "table instead of rows": (
        "[[contacts]]",
        "[contacts]",
        "contacts: is not a list of tables — write each as [[contacts]]",
    ),
    "text for a number": (
        "limit = 1",
        'limit = "1"',
        "quota[1] \"onsite_visit\".limit: '1' is not a whole number — write 1 or more",
    ),
    "true for a number": (
        "maximum = 3",
        "maximum = true",
        "contacts[1].maximum: True is not a whole number — write 1 or more",
    ),
    "zero contacts": (
        "maximum = 3",
        "maximum = 0",
        "contacts[1].maximum: 0 is too small — write 1 or more",
    ),
    "text for a date": (
        "until = 2026-03-31\nweekdays",
        'until = "2026-03-31"\nweekdays',
        "hours[1].until: '2026-03-31' is not a date — write it without quotes as 2026-04-01",
    ),
    "date-time for a date": (
        "until = 2026-03-31\nweekdays",
        "until = 2026-03-31T00:00:00\nweekdays",
        (
            "hours[1].until: datetime.datetime(2026, 3, 31, 0, 0) is not a date — "
            "write it without quotes as 2026-04-01"
        ),
    ),
    "year beyond all calendars": (
        "since = 2026-04-01\nlimit = 2",
        "since = 2026-04-01\nuntil = 9999-12-31\nlimit = 2",
        (
            'quota[2] "onsite_visit".until: 9999-12-31 is out of range — '
            "use the years 1900 to 2999, or leave the key out"
        ),
    ),
    "unknown category kind": (
        'kind = "quota_request"',
        'kind = "quota-request"',
        (
            "category[2] \"onsite_visit\".kind: unknown value 'quota-request' — use one of "
            "question, quota_request, quota_statement, contact_change, renewal, call, "
            "remote_support, ask_operator"
        ),
    ),
    "unknown channel": (
        'accepted = ["email", "web"]',
        'accepted = ["email", "mail"]',
        "channels[1].accepted: unknown value 'mail' — use one of email, fax, web, phone",
    ),
    "channel the programme does not accept": (
        'queue = "zaiko-visit"\nchannels = ["email", "web"]',
        'queue = "zaiko-visit"\nchannels = ["email", "fax"]',
        (
            'category[2] "onsite_visit".channels: no channel accepted then is named fax — '
            "known are email, web"
        ),
    ),
    "a channel named twice": (
        'accepted = ["email", "web"]',
        'accepted = ["email", "email"]',
        "channels[1].accepted: the list names something twice — name each once",
    ),
    "no weekday": (
        'weekdays = ["mon", "tue", "wed", "thu", "fri"]\n',
        "weekdays = []\n",
        "hours[1].weekdays: the list is empty — name at least one",
    ),
    "unknown weekday": (
        'weekdays = ["mon", "tue", "wed", "thu", "fri"]\n',
        'weekdays = ["monday"]\n',
        (
            "hours[1].weekdays: unknown weekday 'monday' — "
            "use one of mon, tue, wed, thu, fri, sat, sun"
        ),
    ),
    "interval upside down": (
        '"8:30-12:00", "13:00-18:30"',
        '"12:00-8:30"',
        "hours[2].intervals: 12:00-8:30 ends before it begins — put the earlier time first",
    ),
    "interval of no length": (
        '"8:30-12:00", "13:00-18:30"',
        '"8:30-8:30"',
        "hours[2].intervals: 8:30-8:30 ends before it begins — put the earlier time first",
    ),
    "an end after midnight": (
        '"8:30-12:00", "13:00-18:30"',
        '"22:00-24:01"',
        "hours[2].intervals: '22:00-24:01' is not a span of time — write it as \"10:00-12:00\"",
    ),
    "an interval after midnight": (
        '"8:30-12:00", "13:00-18:30"',
        '"8:30-24:00", "13:00-18:30"',
        (
            "hours[2].intervals: the interval from 13:00 begins before the one in front of it "
            "ends — list the intervals in order, without overlap"
        ),
    ),
    "intervals overlap": (
        '"8:30-12:00", "13:00-18:30"',
        '"8:30-13:30", "13:00-18:30"',
        (
            "hours[2].intervals: the interval from 13:00 begins before the one in front of it "
            "ends — list the intervals in order, without overlap"
        ),
    ),
    "no time of day": (
        '"8:30-12:00"',
        '"8:30-25:00"',
        "hours[2].intervals: '8:30-25:00' is not a span of time — write it as \"10:00-12:00\"",
    ),
    "unknown calculator": (
        'calculator = "tax"',
        'calculator = "taxes"',
        "rules.tax[1].calculator: unknown calculator taxes — did you mean tax?",
    ),
    "coverage of an unknown quota": (
        'prices = { trial = 30000 }\nquota = "onsite_visit"',
        'prices = { trial = 30000 }\nquota = "onsite_visits"',
        (
            'coverage[2] "onsite_visit".quota: no [[quota]] is named onsite_visits — '
            "did you mean onsite_visit?"
        ),
    ),
    "category of an unknown item": (
        'kind = "question"\nitem = "question"',
        'kind = "question"\nitem = "questions"',
        (
            'category[1] "question".item: no [[coverage]] item is named questions — '
            "did you mean question?"
        ),
    ),
    "category of an unknown quota": (
        'quota = "onsite_visit"\nqueue',
        'quota = "visit"\nqueue',
        'category[2] "onsite_visit".quota: no [[quota]] is named visit — known are onsite_visit',
    ),
    "question without an item": (
        'kind = "question"\nitem = "question"',
        'kind = "question"',
        'category[1] "question".item: missing key — a category of kind question needs it',
    ),
    "request without a quota": (
        'quota = "onsite_visit"\nqueue',
        "queue",
        'category[2] "onsite_visit".quota: missing key — a category of kind quota_request needs it',
    ),
    "unknown default category": (
        'default_category = "question"',
        'default_category = "questions"',
        "programme.default_category: no [[category]] is named questions — did you mean question?",
    ),
    "a status is not covered": (
        'covered = { trial = "yes", subscriber = "yes", expired = "no" }',
        'covered = { trial = "yes", subscriber = "yes" }',
        'coverage[1] "question".covered.expired: missing key — say yes, no or ask_operator',
    ),
    "a status that isn't one": (
        'covered = { trial = "yes", subscriber = "yes", expired = "no" }',
        'covered = { trial = "yes", subscriber = "yes", expired = "no", paid = "yes" }',
        (
            'coverage[1] "question".covered: no status is named paid — '
            "known are trial, subscriber, expired"
        ),
    ),
    "unknown cover": (
        'covered = { trial = "yes", subscriber = "yes", expired = "no" }',
        'covered = { trial = "yes", subscriber = "yes", expired = "maybe" }',
        (
            "coverage[1] \"question\".covered: expired: unknown value 'maybe' — "
            "use one of yes, no, ask_operator"
        ),
    ),
    "left to the operator without a question": (
        'questions = { trial = "visit_in_trial" }\n',
        "",
        (
            'coverage[2] "onsite_visit".questions.trial: missing: this status is left to the '
            "operator — name the [[ask]] that holds the question"
        ),
    ),
    "unknown question": (
        'questions = { trial = "visit_in_trial" }',
        'questions = { trial = "visit_in_tryal" }',
        (
            'coverage[2] "onsite_visit".questions: no [[ask]] is named visit_in_tryal — '
            "did you mean visit_in_trial?"
        ),
    ),
    "quota that asks without a question": (
        'limit = 1\nat_limit = "block"',
        'limit = 1\nat_limit = "ask_operator"',
        'quota[1] "onsite_visit".question: missing: at_limit is ask_operator — name an [[ask]]',
    ),
    "quota that blocks without a limit": (
        "limit = 1\n",
        "",
        (
            'quota[1] "onsite_visit".limit: missing: at_limit is block — '
            "set a limit, or at_limit = allow_overage for what is only counted"
        ),
    ),
    "falling notices": (
        "notices = [50, 100]",
        "notices = [100, 50]",
        'quota[2] "onsite_visit".notices: the percentages don\'t rise — list the smallest first',
    ),
    "asks about no value of a fact": (
        "asks = { island",
        "asks = { iland",
        'category[2] "onsite_visit".asks: no value of a fact is named iland — did you mean island?',
    ),
    "fact with an unknown key": (
        'labels = ["地域"]',
        'label = ["地域"]',
        'category[2] "onsite_visit".facts[2] "area".label: unknown key — did you mean labels?',
    ),
    "word without weight": (
        '"操作" = 2',
        '"操作" = 0',
        (
            'category[1] "question".words: 操作: a weight of 0 says nothing — '
            "give a weight or leave the word out"
        ),
    ),
    "two questions of one name": (
        'name = "visit_to_island"',
        'name = "visit_in_trial"',
        'ask[2] "visit_in_trial".name: visit_in_trial is used twice — name each question once',
    ),
    "luhn over letters": (
        'pattern = "ZC-9999-9999"',
        'pattern = "AA-9999-9999"',
        (
            "number.check: AA-9999-9999 has no place for the check digits of luhn — "
            "luhn needs digits only, mod97 two digits at the end; or use none"
        ),
    ),
    "pattern without places": (
        'pattern = "ZC-9999-9999"',
        'pattern = "ZC-99"',
        (
            "number.pattern: ZC-99 has 2 places to fill — "
            "use at least 4 of A (a letter) and 9 (a digit)"
        ),
    ),
    "no status of its own outside the periods": (
        'none = "expired"',
        'none = "trial"',
        (
            "statuses.none: trial is also the name of a status with service — "
            "give the status without service its own name"
        ),
    ),
    "status without a title": (
        'trial = "試用期間"\n',
        "",
        "statuses.free: no key of [titles] is named trial — known are subscriber, expired",
    ),
    "word for a price without a title": (
        "prices = { trial = 30000 }",
        'prices = { trial = "half_price" }',
        (
            'coverage[2] "onsite_visit".prices: no key of [titles] is named half_price — '
            "known are trial, subscriber, expired"
        ),
    ),
    "article left out without reason": (
        '"第1条" = "目的の定めで、窓口が適用する規則がない"',
        '"第1条" = ""',
        "articles_left_out.第1条: says nothing — write a text in quotes",
    ),
    "blank title": (
        'title = "対応言語"',
        'title = " "',
        "clause[1] \"language\".title: ' ' is not a text — write a text in quotes",
    ),
    "a name with capitals": (
        'id = "zaiko-cloud"',
        'id = "Zaiko"',
        "programme.id: 'Zaiko' is not a name — use small letters, digits, hyphen and underscore",
    ),
}


@pytest.mark.parametrize("fault", SINGLE)
def test_a_planted_fault_is_told_with_its_remedy(fault: str) -> None:
    old, new, line = SINGLE[fault]
    assert line in planted(old, new)


def test_a_syntax_error_is_told_with_its_line() -> None:
    [line] = planted('id = "zaiko-cloud"', "id = ")
    assert line.startswith("the file: is not TOML: Invalid value (at line 2, column 6)")


def test_an_empty_file_misses_every_table_that_is_needed() -> None:
    assert [line.split(":")[0] for line in faults("")] == [
        "programme", "number", "statuses",
        "channels", "hours", "contacts", "coverage", "category", "titles",
    ]  # fmt: skip


def test_a_third_version_of_a_quota_may_not_overlap_the_second() -> None:
    third = NEW_QUOTA.replace("since = 2026-04-01", "since = 2027-04-01")
    [line] = faults(f"{TERMS}\n{third}\n")
    assert line.startswith('quota[3] "onsite_visit".since: overlaps quota[2] "onsite_visit"')


def test_a_category_may_begin_late_and_end_early_but_not_pause() -> None:
    def dated(since: str, until: str) -> str:
        row = TERMS[TERMS.index('[[category]]\nname = "quota_statement"') :].split("\n\n")[0]
        return row.replace('"第8条"', f'"第8条"\nsince = {since}\nuntil = {until}')

    base = TERMS.replace('[[category]]\nname = "quota_statement"', '[[category]]\nname = "usage"')
    first, later = dated("2027-01-01", "2027-06-30"), dated("2027-08-01", "2027-12-31")
    load_programme(f"{base}\n{first}\n", FILE)
    [line] = faults(f"{base}\n{first}\n\n{later}\n")
    assert "gap: nothing is in force from 2027-07-01 to 2027-07-31" in line


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = TERMS.replace("maximum = 3", "maximum = 0").replace('unit = "回"\n', "")
    assert [line.split(": ")[0] for line in faults(text)] == [
        "contacts[1].maximum",
        'quota[1] "onsite_visit".unit',
        'quota[2] "onsite_visit".unit',
    ]


def test_the_lines_of_a_refusal_name_the_file() -> None:
    with pytest.raises(TermsError) as caught:
        load_programme(TERMS.replace("maximum = 3", "maximum = 0"), FILE)
    assert str(caught.value).startswith(f"{FILE}: contacts[1].maximum: ")
