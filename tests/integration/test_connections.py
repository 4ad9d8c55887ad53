"""Connections that come back to the pool in the middle of something."""

from __future__ import annotations

import pytest
from flask import Flask

from quiz_app.domain.errors import StorageUnavailable
from quiz_app.extensions import db
from quiz_app.persistence.session import Statement, reading

_ONE = Statement.from_sql("SELECT 1 AS one")


def test_a_connection_left_in_the_middle_of_a_statement_is_thrown_away_at_its_next_use(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        return  # it answers within the call
    connection = db.engine.raw_connection()
    driver = connection.driver_connection
    assert driver is not None
    driver.pgconn.send_query(b"SELECT 1")  # whoever asked this never came to read the answer
    connection.close()
    with pytest.raises(StorageUnavailable), reading() as work:
        work.find_one(_ONE)
    assert driver.closed
    with reading() as work:
        assert work.find_one(_ONE).one == 1
