"""QTI of every version, made small: shapes as real files have them."""

import zipfile
from io import BytesIO

from question_bank.readers.qti import read_qti
from question_bank.readers.report import ItemDefaults, Severity
from tests.unit.writers.moodle_items import RED

DEFAULTS = ItemDefaults(topic="chung")
NAMESPACES = {
    "2.0": "http://www.imsglobal.org/xsd/imsqti_v2p0",
    "2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "2.2": "http://www.imsglobal.org/xsd/imsqti_v2p2",
}
MATCH_CORRECT = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'
MAP_RESPONSE = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"/>'
CHOICES = (
    '<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="{most}"><prompt>Chọn gì?</prompt>'
    '<simpleChoice identifier="A">Một</simpleChoice><simpleChoice identifier="B">Hai</simpleChoice>'
    '<simpleChoice identifier="C" fixed="true">Cả hai</simpleChoice></choiceInteraction>'
)


def declare(values=(), base="identifier", cardinality="single", mapping=""):
    correct = "".join(f"<value>{value}</value>" for value in values)
    correct = f"<correctResponse>{correct}</correctResponse>" if correct else ""
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}">{correct}{mapping}'
        "</responseDeclaration>"
    )


def map_values(default="0", **worths):
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{worth}"/>' for key, worth in worths.items())
    return f'<mapping defaultValue="{default}">{entries}</mapping>'


def make_item(body, declaration="", processing=MATCH_CORRECT, after="", attributes="", version="2.1"):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><assessmentItem xmlns="{NAMESPACES[version]}" identifier="cau-1" '
        f'title="" adaptive="false" timeDependent="false" {attributes}>{declaration}'
        f'<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/><itemBody>{body}</itemBody>'
        f"{processing}{after}</assessmentItem>"
    )


def make_package(parts, manifest=None):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        if manifest is not None:
            package.writestr("imsmanifest.xml", manifest)
        for name, content in parts.items():
            package.writestr(name, content)
    return packed.getvalue()


def make_manifest(*resources):
    listed = "".join(
        f'<resource identifier="r{n}" type="{kind}" href="{href}">{inside}<file href="{href}"/></resource>'
        for n, (kind, href, inside) in enumerate(resources)
    )
    return (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:lom="http://ltsc.ieee.org/xsd/LOM">'
        f"<resources>{listed}</resources></manifest>"
    )


def read(text):
    return read_qti(text if isinstance(text, bytes) else text.encode(), "x.xml", DEFAULTS)


def read_one(text):
    """The only item of a file that has no problem of its own."""
    report = read(text)
    assert not report.problems, [problem.describe() for problem in report.problems]
    [item] = report.items
    return item


def refuse_one(text):
    """The only problem of a file without items."""
    report = read(text)
    assert not report.items
    [problem] = report.problems
    return problem.describe()


def list_errors(read_item):
    return [problem.message for problem in read_item.problems if problem.severity is Severity.ERROR]


def list_warnings(read_item):
    return [problem.message % dict(problem.values) for problem in read_item.problems]


PICTURE = RED
