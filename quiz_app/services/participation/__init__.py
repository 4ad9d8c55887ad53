"""How far units and people are in a round, for unit leads and organisers; and whom to remind."""
