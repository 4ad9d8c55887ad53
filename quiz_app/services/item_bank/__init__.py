"""The bank as organisers work on it: lists, items with their versions, writing, states, duplicates, exports."""
