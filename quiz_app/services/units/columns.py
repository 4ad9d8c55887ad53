"""The columns of a list of units, the same for import and export."""

from __future__ import annotations

from quiz_app.services.tables import Column

CODE = Column("code", ("Mã đơn vị", "Mã ĐV", "Mã", "Mã cơ quan, đơn vị", "Unit code", "Code"), is_required=True)
NAME = Column(
    "name",
    ("Tên đơn vị", "Đơn vị", "Tên cơ quan, đơn vị", "Cơ quan, đơn vị", "Tên cơ quan", "Unit name", "Unit", "Name"),
    is_required=True,
)
KIND = Column("kind", ("Loại đơn vị", "Loại hình", "Loại", "Loại hình đơn vị", "Kind", "Kind of unit", "Type"))
BLOCK = Column("block", ("Khối", "Khối thi đua", "Cụm, khối", "Cụm", "Block", "Group"))
PARENT = Column(
    "parent",
    (
        "Mã đơn vị cấp trên", "Đơn vị cấp trên", "Mã cấp trên", "Trực thuộc", "Đơn vị chủ quản", "Mã đơn vị chủ quản",
        "Parent code", "Parent unit", "Parent",
    ),
)  # fmt: skip
STAFF = Column(
    "staff_number",
    (
        "Tổng số công chức, viên chức", "Tổng số CC, VC", "Tổng số CBCCVC", "Tổng số cán bộ, công chức, viên chức",
        "Số công chức, viên chức", "Biên chế", "Tổng số người", "Tổng số", "Số người", "Staff number", "Staff",
        "Number of staff", "Headcount",
    ),
)  # fmt: skip
COLUMNS = (CODE, NAME, KIND, BLOCK, PARENT, STAFF)
