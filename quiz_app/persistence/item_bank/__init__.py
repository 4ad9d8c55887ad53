"""The bank as organisers work on it: lists, versions, states, imports that wait."""
