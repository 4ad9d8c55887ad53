"""``python -m load_tests.bench.reading FILE``: read a file of items in a process of its own, and say what that took.

Seconds are those of reading alone; memory is the most that the process had, interpreter and libraries included.
"""

from __future__ import annotations

import json
import sys
import time
from io import BytesIO
from pathlib import Path

from question_bank.readers import read_items


def main() -> None:
    """Read, and print figures as JSON."""
    path = Path(sys.argv[1])
    content = path.read_bytes()
    begun, cpu_begun = time.perf_counter(), time.process_time()
    report = read_items(BytesIO(content), path.name)
    figures = {
        "seconds": time.perf_counter() - begun,
        "cpu_seconds": time.process_time() - cpu_begun,
        "memory_mb": _read_peak_kilobytes() / 1024,
        "items": len(report.items),
        "ready": sum(each.is_ready for each in report.items),
    }
    json.dump(figures, sys.stdout)


def _read_peak_kilobytes() -> int:
    # Not getrusage: what that calls the largest memory may be that of the process which started this one.
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise RuntimeError("the kernel does not tell the memory of a process")


if __name__ == "__main__":
    main()
