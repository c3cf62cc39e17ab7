"""Importing registers: all of it in one transaction, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path

from bot.registers.assembling import Assembled, Assembler
from bot.registers.problems import RowError
from bot.registers.reading import Progress, read_files
from bot.store import Store, Work
from bot.store.audit import AuditEvent
from bot.store.rows import chunks
from quotas.contract import Contract
from quotas.programme import Programme

_PART_OF = {
    "contracts": "periods",
    "contacts": "contacts",
    "licences": "licences",
    "products": "products",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one contract: `fields` that differ, all of them for an added one."""

    support_number: str
    added: bool
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or in a dry run would do; with any error nothing was done."""

    rows: int
    errors: tuple[RowError, ...] = ()
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    applied: bool = False

    @property
    def added(self) -> int:
        """How many contracts are new."""
        return sum(change.added for change in self.changes)

    @property
    def changed(self) -> int:
        """How many contracts there were and are now different."""
        return len(self.changes) - self.added


@dataclass(frozen=True)
class Importer:
    """Imports registers into `store` under the terms of `programmes`, for `actor`.

    `progress` is told how many rows have been read.
    """

    store: Store
    programmes: Mapping[str, Programme]
    actor: str = "cli"
    progress: Progress = lambda _: None

    def run(self, paths: Sequence[Path], at: datetime, *, dry_run: bool = False) -> ImportResult:
        """Import register files at the aware instant `at`; with `dry_run` only look.

        Per number and register the rows of the files replace what was there; numbers that no
        row names stay as they are. Any wrong row leaves everything as it was.
        """
        registers = read_files(paths, self.progress)
        assembler = Assembler(registers, self.programmes)
        rows = sum(len(each) for each in registers.rows.values())
        with self.store.reading() if dry_run else self.store.work() as work:
            existing = _existing(work, assembler.numbers, lock=not dry_run)
            assembled = assembler.assemble(existing)
            errors = (*registers.errors, *assembled.errors)
            if errors:
                return ImportResult(rows, tuple(sorted(errors, key=lambda error: error.place)))
            changes = tuple(_changes(assembled.contracts, existing))
            if not dry_run:
                _write(work, assembled, changes, AuditEvent(at, self.actor, "import"))
        unchanged = len(assembled.contracts) - len(changes)
        return ImportResult(rows, (), changes, unchanged, applied=not dry_run)


def _existing(work: Work, numbers: set[str], *, lock: bool) -> dict[str, Contract]:
    find = work.contracts.lock_many if lock else work.contracts.find_many
    existing: dict[str, Contract] = {}
    for some in chunks(sorted(numbers)):
        existing |= find(some)
    return existing


def _changes(
    contracts: Mapping[str, Contract], existing: Mapping[str, Contract]
) -> Iterator[Change]:
    for number, contract in contracts.items():
        before = existing.get(number)
        differing = tuple(
            field.name
            for field in fields(Contract)
            if before is None or getattr(before, field.name) != getattr(contract, field.name)
        )
        if differing:
            yield Change(number, before is None, differing)


def _write(work: Work, assembled: Assembled, changes: Sequence[Change], event: AuditEvent) -> None:
    """Write what changed, and in the audit which fields of which contract did."""
    changed = {change.support_number for change in changes}
    contracts = [assembled.contracts[number] for number in sorted(changed)]
    work.contracts.put(contracts, event.at)
    for register, part in _PART_OF.items():
        owners = [c for c in contracts if register in assembled.named[c.support_number]]
        work.contracts.put_parts(part, owners)
    work.audit.add(
        *(
            replace(
                event,
                support_number=change.support_number,
                after={"added": change.added, "fields": change.fields},
            )
            for change in changes
        )
    )
