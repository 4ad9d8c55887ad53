"""``python -m load_tests.bench [group …]``: measure, print a table for each group, write ``build/bench.json``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from load_tests.bench.groups import GROUPS
from load_tests.bench.rows import Options
from load_tests.bench.servers import WEB_SERVERS
from load_tests.bench.table import describe_machine, find_place, format_terminal, write_json, write_readme
from tests.servers.web import REPOSITORY

README = REPOSITORY / "load_tests" / "README.md"


def main() -> None:
    """Measure what the command line asks for; each group's figures are kept as soon as they are there."""
    arguments = _read_arguments()
    options = Options(quick=arguments.quick, servers=tuple(arguments.servers))
    chosen = [GROUPS[name] for name in arguments.groups or GROUPS]
    if arguments.write_readme:
        for group in chosen:
            find_place(group, README)  # before an hour is spent
    for group in chosen:
        print(f"{group.name}: {group.about}", file=sys.stderr, flush=True)
        rows = list(group.run(options))
        print(f"\n{group.name}: {group.about}\n{describe_machine()}\n{format_terminal(rows)}")
        if group.tell:
            print(group.tell(rows).replace("*", ""))
        sys.stdout.flush()
        write_json({group.name: rows}, arguments.json)
        if arguments.write_readme:
            write_readme(group, rows, README)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load_tests.bench", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of: {', '.join(GROUPS)}; all when none is named")
    parser.add_argument("--quick", action="store_true", help="a fifth of the repeats or less; not for figures to keep")
    parser.add_argument("--servers", nargs="+", choices=WEB_SERVERS, default=list(WEB_SERVERS))
    parser.add_argument("--json", type=Path, default=REPOSITORY / "build" / "bench.json", help="where the figures go")
    parser.add_argument("--write-readme", action="store_true", help=f"put the tables into {README.name}")
    arguments = parser.parse_args()
    for name in arguments.groups:
        if name not in GROUPS:
            parser.error(f"there is no group {name}; take some of: {', '.join(GROUPS)}")
    return arguments


if __name__ == "__main__":
    main()
