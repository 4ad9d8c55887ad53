"""The fault bench: breaks the engine while people answer, and counts what of the acknowledged answers is gone."""
