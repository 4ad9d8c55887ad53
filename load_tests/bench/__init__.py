"""What an attempt costs: processor time and SQL statements of each thing a participant does, beside two floors."""
