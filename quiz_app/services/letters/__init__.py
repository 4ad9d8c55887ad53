"""The outbox: letters that people write in batches, letters that the engine writes by itself, and their sending."""

from quiz_app.services.letters.queueing import queue_letter
from quiz_app.services.letters.writers import writes

__all__ = ["queue_letter", "writes"]
