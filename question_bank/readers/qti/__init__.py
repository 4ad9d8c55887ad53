"""Reads QTI of 1EdTech: items and packages of 2.0 to 3.0, and 1.2 as Canvas exports it.

Written from the public specifications and from what Canvas, TAO and the consortium's examples look like. Places count
the questions in the order of the package; ``part`` is the file inside of it.
"""

from __future__ import annotations

from question_bank.readers.opening import WrongFile
from question_bank.readers.qti.collector import Collector
from question_bank.readers.qti.package import list_documents, open_package
from question_bank.readers.report import ImportReport, ItemDefaults

__all__ = ["read_qti"]


def read_qti(content: bytes, name: str, defaults: ItemDefaults) -> ImportReport:
    """The items of a file or package of QTI, and every problem by question."""
    collector = Collector(defaults)
    try:
        package = open_package(content)
        if package is None:
            collector.read_document("", content)
        else:
            for document in list_documents(package):
                collector.read_part(document)
    except WrongFile as error:
        collector.fail(str(error))
    return collector.make_report()
