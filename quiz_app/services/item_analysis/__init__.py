"""How the items of a round behave: computed as a job, kept, and shown with flags in plain words."""

from quiz_app.services.item_analysis.computing import compute_analysis
from quiz_app.services.item_analysis.pages import request_analysis, view_analysis, view_item_figures
from quiz_app.services.item_analysis.values import AnalysisPage, Flag, ItemFigures, OptionFigures, SetFigures

__all__ = [
    "AnalysisPage",
    "Flag",
    "ItemFigures",
    "OptionFigures",
    "SetFigures",
    "compute_analysis",
    "request_analysis",
    "view_analysis",
    "view_item_figures",
]
