"""What is said about the signs of a key: a sentence for each, since no other language puts one together from words."""

from __future__ import annotations

from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.marks import Sign

SIGN_SAYS = {
    Sign.LINE: N_("the line below the question says that %(key)s is right"),
    Sign.TABLE: N_("the table of keys says that %(key)s is right"),
    Sign.SOLUTIONS: N_("the solutions say that %(key)s is right"),
    Sign.STAR: N_("a star stands at %(key)s"),
    Sign.BOLD: N_("only %(key)s is bold"),
    Sign.UNDERLINED: N_("only %(key)s is underlined"),
    Sign.COLOURED: N_("only %(key)s is coloured"),
    Sign.HIGHLIGHTED: N_("only %(key)s is highlighted"),
}
"""Where keys disagree: what each of them is."""
TAKEN_FROM_LOOK = {
    Sign.BOLD: N_("the key %(key)s was taken from the look of the options (bold)"),
    Sign.UNDERLINED: N_("the key %(key)s was taken from the look of the options (underlined)"),
    Sign.COLOURED: N_("the key %(key)s was taken from the look of the options (coloured)"),
    Sign.HIGHLIGHTED: N_("the key %(key)s was taken from the look of the options (highlighted)"),
}
LOOK_NOT_TAKEN = {
    Sign.BOLD: N_("several options are bold; this was not taken for a key"),
    Sign.UNDERLINED: N_("several options are underlined; this was not taken for a key"),
    Sign.COLOURED: N_("several options are coloured; this was not taken for a key"),
    Sign.HIGHLIGHTED: N_("several options are highlighted; this was not taken for a key"),
}
