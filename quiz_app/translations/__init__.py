"""Catalogues of the interface's texts. English stands in code and templates as message ids, Vietnamese here."""
