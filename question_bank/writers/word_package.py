"""The parts of a Word file around its text: styles, page, footer, pictures.

Page and type by the Vietnamese rules for official papers (Decree 30/2020/NĐ-CP, appendix I): A4, margins of 20 mm above
and below, 30 mm on the left and 15 mm on the right, Times New Roman 13.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from html import escape
from io import BytesIO
from itertools import combinations

from PIL import Image

from question_bank.formatted_text import normalise_text
from question_bank.pictures import Picture

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMES = (
    f'xmlns:w="{_W}" xmlns:r="{_OFFICE}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_EMU_PER_PIXEL = 9525
_WIDEST = 5_760_000
"""EMU: 16 cm, what lies between the margins."""
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_EMPHASIS = {
    "B": "<w:b/>", "C": '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>', "I": "<w:i/>",
    "P": '<w:vertAlign w:val="superscript"/>', "S": '<w:vertAlign w:val="subscript"/>', "U": '<w:u w:val="single"/>',
}  # fmt: skip
_ORDER = "CBIUPS"
"""The order in which the schema wants run properties."""
_SMALL = '<w:color w:val="404040"/><w:sz w:val="24"/>'
_STYLES = {
    "ItemStem": ("Câu hỏi", '<w:keepNext/><w:spacing w:before="120" w:after="40"/><w:jc w:val="both"/>', ""),
    "ItemOption": ("Phương án", '<w:spacing w:after="20"/><w:ind w:left="284"/>', ""),
    "ItemDetail": ("Đáp án và ghi chú", '<w:spacing w:after="0"/><w:ind w:left="284"/>', _SMALL),
    "ItemContinuation": ("Dòng tiếp theo", '<w:spacing w:after="20"/><w:ind w:left="284"/>', ""),
    "ItemBreak": ("Dòng trong đoạn", '<w:spacing w:after="20"/><w:ind w:left="284"/>', ""),
    "ItemParagraph": ("Đoạn văn trong câu", '<w:spacing w:after="60"/><w:ind w:left="284"/>', ""),
    "ItemBullet": ("Gạch đầu dòng", '<w:spacing w:after="20"/><w:ind w:left="567"/>', ""),
    "ItemNumbered": ("Danh sách số", '<w:spacing w:after="20"/><w:ind w:left="567"/>', ""),
    "ItemCode": ("Mã lệnh", '<w:spacing w:after="20"/><w:ind w:left="284"/>', _EMPHASIS["C"]),
    "ItemFront": ("Phần chung của đề", '<w:spacing w:after="40"/>', ""),
}


class PictureStore:
    """The pictures of a document as they are written, each once."""

    def __init__(self, pictures: Mapping[str, Picture]) -> None:
        """``pictures`` by digest, as texts name them."""
        self._pictures = pictures
        self._count = 0
        self.used: dict[str, str] = {}

    def write(self, digest: str, description: str) -> str:
        """The run that shows a picture. Raises KeyError for one that is not there."""
        picture = self._pictures[digest]
        file = self.used.setdefault(digest, f"image{len(self.used) + 1}.{_SUFFIXES[picture.media_type]}")
        self._count += 1
        with Image.open(BytesIO(picture.content)) as image:
            width, height = (size * _EMU_PER_PIXEL for size in image.size)
        if width > _WIDEST:
            width, height = _WIDEST, max(1, height * _WIDEST // width)
        size = f'cx="{width}" cy="{height}"'
        words = escape(normalise_text(description))
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
            f'<wp:docPr id="{self._count}" name="{file}" descr="{words}"/><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{self._count}" name="{file}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
            f'<a:blip r:embed="{_name_relation(file)}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>'
            f'<a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
            "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )

    def list_files(self) -> list[tuple[str, bytes]]:
        """Names and contents."""
        return [(file, self._pictures[digest].content) for digest, file in self.used.items()]


def write_package(body: str, title: str, store: PictureStore) -> bytes:
    """The whole file. The same text gives the same bytes."""
    files = store.list_files()
    relations = [("styles", "styles.xml", "rId1"), ("footer", "footer1.xml", "rId2")]
    relations += [("image", f"media/{file}", _name_relation(file)) for file, _ in files]
    links = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{path}"/>' for kind, path, key in relations
    )
    parts: list[tuple[str, bytes]] = [
        ("[Content_Types].xml", _write_types().encode()),
        ("_rels/.rels", _write_relations(
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
            f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
            'Target="docProps/core.xml"/>'
        ).encode()),
        ("word/_rels/document.xml.rels", _write_relations(links).encode()),
        ("word/document.xml", f"{_HEAD}<w:document {_NAMES}><w:body>{body}{_SECTION}</w:body></w:document>".encode()),
        ("word/styles.xml", _write_styles().encode()),
        ("word/footer1.xml", _write_footer().encode()),
        ("docProps/core.xml", _write_core(title).encode()),
        *((f"word/media/{file}", content) for file, content in files),
    ]  # fmt: skip
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts:
            package.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


_SECTION = (
    '<w:sectPr><w:footerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="851" w:bottom="1134" w:left="1701" w:header="567" w:footer="567"'
    ' w:gutter="0"/></w:sectPr>'
)


def _name_relation(file: str) -> str:
    return f"rIdPicture{file.partition('.')[0].removeprefix('image')}"


def _write_relations(links: str) -> str:
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _write_types() -> str:
    parts = (("document.main", "document"), ("styles", "styles"), ("footer", "footer1"))
    overrides = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_TYPE}.{kind}+xml"/>' for kind, part in parts
    )
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    overrides += f'<Override PartName="/docProps/core.xml" ContentType="{core}"/>'
    defaults = "".join(f'<Default Extension="{suffix}" ContentType="{kind}"/>' for kind, suffix in _SUFFIXES.items())
    defaults += '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{defaults}{overrides}</Types>'


def _write_core(title: str) -> str:
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(normalise_text(title))}</dc:title>'
        "<dc:language>vi-VN</dc:language></cp:coreProperties>"
    )


def _write_footer() -> str:
    def field(name: str) -> str:
        return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'

    return (
        f'{_HEAD}<w:ftr {_NAMES}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
        '<w:r><w:t xml:space="preserve">Trang </w:t></w:r>'
        f"{field('PAGE')}<w:r><w:t>/</w:t></w:r>{field('NUMPAGES')}</w:p></w:ftr>"
    )


def _write_styles() -> str:
    font = "".join(f' w:{use}="Times New Roman"' for use in ("ascii", "hAnsi", "eastAsia", "cs"))
    styles = (
        f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts{font}/><w:sz w:val="26"/><w:szCs w:val="26"/>'
        '<w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        '<w:style w:type="character" w:styleId="ItemLabel"><w:name w:val="Nhãn câu"/><w:rPr><w:b/></w:rPr></w:style>'
    )
    for key, (name, paragraph, run) in _STYLES.items():
        styles += (
            f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{key}"><w:name w:val="{name}"/>'
            f'<w:basedOn w:val="Normal"/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>'
        )
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    styles += (
        '<w:style w:type="table" w:customStyle="1" w:styleId="ItemTable"><w:name w:val="Bảng trong câu"/>'
        f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr></w:style>"
    )
    return f"{_HEAD}<w:styles {_NAMES}>{styles}{_write_emphasis()}</w:styles>"


def _write_emphasis() -> str:
    letters = sorted(_EMPHASIS)
    mixes = [mix for count in range(1, len(letters) + 1) for mix in combinations(letters, count)]
    return "".join(
        f'<w:style w:type="character" w:customStyle="1" w:styleId="ItemMix{"".join(mix)}">'
        f'<w:name w:val="Nhấn {"".join(mix)}"/>'
        f"<w:rPr>{''.join(_EMPHASIS[letter] for letter in _ORDER if letter in mix)}</w:rPr></w:style>"
        for mix in mixes
    )
