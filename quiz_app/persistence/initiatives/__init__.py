"""The initiative round: rounds, entries, their versions, files and texts."""

from quiz_app.persistence.initiatives import tables as tables
from quiz_app.persistence.judging import tables as judging_tables

__all__ = ["judging_tables", "tables"]
