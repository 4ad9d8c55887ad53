"""Results of initiative rounds, once they are published, and the gallery of released entries."""

from __future__ import annotations

from flask import render_template

from quiz_app.services.judging import gallery, results
from quiz_app.web.public import bp


@bp.get("/initiatives/<int:round_id>/results")
def show_initiative_results(round_id: int) -> str:
    """Prizes, and the marks of those who presented."""
    return render_template("public/initiative_results.html", page=results.view_public_results(round_id=round_id))


@bp.get("/initiatives/<int:round_id>/gallery")
def show_gallery(round_id: int) -> str:
    """The released entries of a round."""
    return render_template("public/gallery.html", page=gallery.view_gallery(round_id=round_id))


@bp.get("/initiatives/gallery/<int:entry_id>")
def show_gallery_entry(entry_id: int) -> str:
    """One released entry: the fields that everybody may read."""
    return render_template("public/gallery_entry.html", page=gallery.view_gallery_entry(entry_id=entry_id))
