"""An organiser who takes lists while others answer."""

from __future__ import annotations

import http.client
import re
import threading

from load_tests.bench.client import Visitor, WrongAnswer, open_connection

LOGIN, PASSWORD = "bantochuc", "dung-thu-2026"  # of the demonstration
_ROUND = re.compile(r"/organiser/rounds/(\d+)")


def read_lists_until(stopping: threading.Event, port: int, notes: list[str]) -> None:
    """Overview, list of people, ranking, score list as a file, over and over; how often is noted."""
    visitor = Visitor(open_connection(port))
    count = 0
    try:
        visitor.get("/sign-in")
        visitor.post_form("/sign-in", {"login": LOGIN, "password": PASSWORD}, status=302)
        found = _ROUND.search(visitor.get("/organiser/").text)
        if found is None:
            raise WrongAnswer("the organiser sees no round")
        round_path = f"/organiser/rounds/{found[1]}"
        while not stopping.is_set():
            for path in ("", "/overview", "/people"):
                visitor.get(round_path + path)
            visitor.get(f"{round_path}/lists")
            fields = {"kind": "scores", "format": "csv", "shape": "one", "unit_id": ""}
            visitor.post_form(f"{round_path}/lists", fields, status=200)
            count += 1
    except (OSError, http.client.HTTPException, WrongAnswer) as error:
        notes.append(f"exports ended: {error}"[:300])
    finally:
        visitor.connection.close()
    notes.append(f"{count} rounds of lists")
