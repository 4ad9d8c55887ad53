"""The public check of an initiative's receipt."""

from __future__ import annotations

from flask import render_template

from quiz_app.domain.errors import NotFound
from quiz_app.domain.receipts import normalise_receipt_code
from quiz_app.services.initiatives.receipts import check_receipt
from quiz_app.web.identity import get_address, get_cache
from quiz_app.web.public import bp


@bp.get("/receipts/<code>")
def show_entry_receipt(code: str) -> str | tuple[str, int]:
    """What was acknowledged by this receipt: number, moment and digest, and nobody's name."""
    typed = normalise_receipt_code(code) or code[:60]
    try:
        check = check_receipt(text=code, address=get_address(), cache=get_cache())
    except NotFound:
        return render_template("public/entry_receipt_check.html", check=None, typed=typed), 404
    return render_template("public/entry_receipt_check.html", check=check, typed=typed)
