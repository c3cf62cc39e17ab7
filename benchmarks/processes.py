"""What a process and all it started have used, as the kernel tells it (Linux)."""

import os
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def family(pid: int) -> list[int]:
    """Return the process `pid` and all its descendants."""
    parents = {int(p.name): _parent(p) for p in _PROC.iterdir() if p.name.isdigit()}
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def cpu_seconds(pid: int) -> float:
    """Return the user and system time of the whole family, in seconds."""
    return sum(_ticks(_PROC / str(each)) for each in family(pid)) * TICK


def peak_memory(pid: int) -> float:
    """Return the highest resident set of `pid` alone, in MiB."""
    status = (_PROC / str(pid) / "status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _fields(process: Path) -> list[str]:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return []


def _parent(process: Path) -> int:
    fields = _fields(process)
    return int(fields[1]) if fields else 0


def _ticks(process: Path) -> int:
    fields = _fields(process)
    return int(fields[11]) + int(fields[12]) if fields else 0
