"""The table of all calculators, by the name a terms file calls them."""

from collections.abc import Mapping

from quotas.rules import coverage, fee, maintenance, membership, notice, opening, period, quota
from quotas.rules.calculator import Calculator, calculator

CALCULATORS: Mapping[str, Calculator] = {
    "period_after_order": calculator(
        period.period_after_order,
        gives="start end",
        needs="months_after months_after_on_first years",
        dated_by="order_received",
    ),
    "period_after_previous": calculator(
        period.period_after_previous,
        gives="start end gap_days",
        needs="months_after months_after_on_first years",
        dated_by="order_received",
    ),
    "share_of_period": calculator(period.share_of_period, gives="served from until"),
    "quota_year": calculator(period.quota_year, gives="year_start year_end"),
    "coverage_by_number": calculator(coverage.coverage_by_number, gives="covered limit price"),
    "coverage_by_name": calculator(coverage.coverage_by_name, gives="covered limit price"),
    "quota_request": calculator(
        quota.request,
        gives="decision remaining year_start resets_on",
        needs="category",
        dated_by="requested_on",
    ),
    "quota_guideline": calculator(
        quota.guideline, gives="remaining over_limit over_minutes", needs="quota"
    ),
    "replacement": calculator(
        quota.replacement, gives="decision price question", needs="quota item"
    ),
    "opening": calculator(opening.opening, gives="open next_opening"),
    "due_after_business_days": calculator(
        opening.due_after_business_days, gives="due", needs="category", dated_by="requested_at"
    ),
    "tax": calculator(fee.tax, gives="with_tax", needs="rate_percent", dated_by="on"),
    "fee_by_users": calculator(
        fee.fee_by_users,
        gives="class fee fee_with_tax decision question",
        needs="classes editions question",
        dated_by="on",
    ),
    "fee_after_addition": calculator(
        fee.fee_after_addition,
        gives="this_year_fee next_year_class next_year_fee decision question",
        needs="fees charged question",
    ),
    "late_interest": calculator(
        fee.late_interest,
        gives="days interest",
        needs="rate_permille days_in_year",
        dated_by="due_on",
    ),
    "cancellation": calculator(
        notice.cancellation, gives="earliest_end", needs="months", dated_by="notice_on"
    ),
    "terms_change": calculator(
        notice.terms_change, gives="earliest_effective", needs="days", dated_by="notified_on"
    ),
    "change_notice": calculator(
        notice.change_notice, gives="notify_by", needs="days", dated_by="changes_on"
    ),
    "renewal_notice": calculator(
        notice.renewal_notice,
        gives="from to",
        needs="from_months to_months",
        dated_by="period_end",
    ),
    "membership": calculator(
        membership.membership,
        gives="class annual_fee counted_total decision question",
        needs="separate not_counted counts_as list_prices classes classes_with_separate"
        " separate_alone question",
    ),
    "rejoin": calculator(
        membership.rejoin,
        gives="joining_fee version_up_fee total",
        needs="free_months joining_fee version_up",
        dated_by="rejoin_on",
    ),
    "renewal_rate": calculator(
        membership.renewal_rate, gives="ended renewed rate", needs="starts_in months"
    ),
    "included_period": calculator(
        maintenance.included_period,
        gives="start end price decision question",
        needs="least_years question",
        dated_by="purchased_on",
    ),
    "add_licences": calculator(
        maintenance.add_licences,
        gives="end buy_years buy_quantity next_renewal_quantity decision question",
        needs="included bought_from_months question",
        dated_by="purchased_on",
    ),
    "merge_sets": calculator(maintenance.merge_sets, gives="end buy"),
    "switch_to_version_up": calculator(
        maintenance.switch_to_version_up, gives="years quantity", dated_by="purchased_on"
    ),
    "switch_to_normal": calculator(maintenance.switch_to_normal, gives="allowed", needs="allowed"),
    "restart": calculator(
        maintenance.restart,
        gives="months years quantity decision question",
        needs="question",
        dated_by="restart_on",
    ),
}
"""Every calculator a terms file may name as the `calculator` of a rule."""

PARAMETERS: Mapping[str, frozenset[str]] = {name: each.needs for name, each in CALCULATORS.items()}
"""The parameters without which a calculator can't do, by its name; for the terms' reader."""
