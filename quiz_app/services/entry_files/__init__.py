"""Files of entries: checked, kept by digest, scanned, served, previewed, packed."""
