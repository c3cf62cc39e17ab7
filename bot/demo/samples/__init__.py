"""Sample customers and their mail, so that a new desk shows at once what it does."""

from bot.demo.samples.collection import Sample, samples
from bot.demo.samples.registers import sample_registers

__all__ = ["Sample", "sample_registers", "samples"]
