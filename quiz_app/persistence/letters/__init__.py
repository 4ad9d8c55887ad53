"""The outbox: letters, the batches they were written in, and the queue that the mail server is fed from."""

from quiz_app.persistence.letters.table import DbLetter, DbLetterBatch, DbMailServer

__all__ = ["DbLetter", "DbLetterBatch", "DbMailServer"]
