"""The field of an e-mail address in a form of its own."""

from __future__ import annotations

from collections.abc import Mapping

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.staff_lists.cells import WrongCell, read_email
from quiz_app.web.forms import normalise_text


def read_email_field(form: Mapping[str, str]) -> str | None:
    """The address, None where the field is empty. Raises InvalidInput."""
    text = (normalise_text(form.get("email", "")) or "").strip()
    if not text:
        if "email" not in form:
            raise InvalidInput("Enter an e-mail address, such as an.nguyen@tinh.gov.vn. Nothing was changed.")
        return None
    try:
        return read_email(text)
    except WrongCell:
        raise InvalidInput("Enter an e-mail address, such as an.nguyen@tinh.gov.vn. Nothing was changed.") from None
