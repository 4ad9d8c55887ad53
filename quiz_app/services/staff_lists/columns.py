"""The columns of a staff list, in the headings that offices use."""

from __future__ import annotations

from quiz_app.domain.staff_lists.rows import StaffColumn as C
from quiz_app.services.tables import Column

_HEADINGS: dict[C, tuple[str, ...]] = {
    C.NAME: (
        "Họ và tên", "Họ tên", "Họ, tên", "Họ và tên cán bộ", "Họ và tên khai sinh", "Họ, chữ đệm và tên",
        "Họ và tên CBCCVC", "Họ và tên CB, CC, VC", "Họ và tên giáo viên", "Tên cán bộ", "Full name", "Name",
    ),
    C.FAMILY_NAME: (
        "Họ", "Họ và tên đệm", "Họ và chữ đệm", "Họ đệm", "Họ, tên đệm", "Họ và tên lót", "Họ lót", "Family name",
        "Surname", "Last name",
    ),
    C.MIDDLE_NAME: ("Tên đệm", "Chữ đệm", "Đệm", "Tên lót", "Middle name"),
    C.GIVEN_NAME: ("Tên", "Given name", "First name"),
    C.LOGIN: (
        "Mã cán bộ", "Tài khoản", "Mã CB", "Mã CBCCVC", "Mã CC, VC", "Mã công chức", "Mã viên chức", "Mã số cán bộ",
        "Mã số CBCCVC", "Mã nhân viên", "Mã NV", "Mã giáo viên", "Mã GV", "Số hiệu", "Số hiệu cán bộ",
        "Số hiệu công chức", "Tên đăng nhập", "Tên tài khoản", "Account", "Account code", "Staff code", "Staff ID",
        "Employee ID", "Employee code", "Username", "User name", "Login",
    ),
    C.BIRTH: (
        "Ngày sinh", "Ngày tháng năm sinh", "Ngày, tháng, năm sinh", "Năm sinh", "Sinh ngày", "Ngày sinh Nam",
        "Năm sinh Nam", "Ngày tháng năm sinh Nam", "Date of birth", "Birth date", "Birthday", "DOB", "Year of birth",
    ),
    # Older official tables have two columns for it, one for each sex.
    C.BIRTH_OF_WOMEN: ("Ngày sinh Nữ", "Năm sinh Nữ", "Ngày tháng năm sinh Nữ"),
    C.JOB_TITLE: (
        "Chức vụ", "Chức danh", "Chức vụ, chức danh", "Chức danh, chức vụ", "Chức vụ công tác", "Vị trí việc làm",
        "Vị trí công tác", "Position", "Job title", "Title",
    ),
    C.UNIT: (
        "Đơn vị", "Tên đơn vị", "Đơn vị công tác", "Cơ quan", "Cơ quan, đơn vị", "Cơ quan công tác", "Nơi công tác",
        "Đơn vị (tên hoặc mã)", "Unit", "Unit name", "Organisation", "Organization", "Department", "Workplace",
    ),
    C.UNIT_CODE: ("Mã đơn vị", "Mã ĐV", "Mã cơ quan", "Unit code"),
    C.PHONE: (
        "Điện thoại", "Số điện thoại", "SĐT", "ĐT", "Số ĐT", "Di động", "Điện thoại di động", "ĐTDĐ", "Phone",
        "Phone number", "Mobile", "Telephone",
    ),
    C.EMAIL: (
        "Email", "Thư điện tử", "Địa chỉ email", "Địa chỉ thư điện tử", "Hộp thư điện tử", "Hộp thư", "E-mail",
        "Email address",
    ),
    C.CITIZEN_NUMBER: (
        "CCCD", "Số CCCD", "Căn cước công dân", "Số căn cước công dân", "Căn cước", "Số căn cước", "CCCD/CMND",
        "CMND/CCCD", "Số CCCD/CMND", "Số CMND/CCCD", "CMND", "Số CMND", "Số định danh", "Số định danh cá nhân",
        "Mã định danh", "Citizen ID", "National ID", "ID number", "ID card",
    ),
    C.STATE: (
        "Trạng thái", "Tình trạng", "Tình trạng công tác", "Trạng thái công tác", "Status", "State",
    ),
}  # fmt: skip

TEMPLATE_COLUMNS = (
    C.LOGIN, C.NAME, C.BIRTH, C.JOB_TITLE, C.UNIT, C.PHONE, C.EMAIL, C.CITIZEN_NUMBER, C.STATE,
)  # fmt: skip
"""The columns of the empty list that is handed out."""


def find_template_heading(column: C) -> str:
    """The heading of our own lists."""
    return _HEADINGS[column][0]


def list_columns(*, required: frozenset[C]) -> list[Column]:
    """What is asked of a table; these must have a heading, and a value in each row."""
    return [Column(str(name), headings, name in required) for name, headings in _HEADINGS.items()]
