"""Contest definition files: reading one with every problem named by line and field, and loading it."""

from quiz_app.services.definitions.loading import LoadedContest, load_bank, load_contest
from quiz_app.services.definitions.reading import DefinitionReport, read_definition

__all__ = ["DefinitionReport", "LoadedContest", "load_bank", "load_contest", "read_definition"]
