"""Registers of contracts, contacts, licences and products, read from spreadsheets."""

from bot.registers.importing import Importer, ImportResult
from bot.registers.problems import RowError

__all__ = ["ImportResult", "Importer", "RowError"]
