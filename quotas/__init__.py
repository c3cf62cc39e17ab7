"""The terms: contracts, periods, coverage, calendar, ledger arithmetic, calculators and `decide`.

Everything here is pure: the standard library only, no clock, no input or output, no logging.
"""
