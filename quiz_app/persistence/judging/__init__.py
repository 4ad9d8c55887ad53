"""Judging: panels, assignments, judgements, presentations and prizes."""

from quiz_app.persistence.judging import tables as tables
