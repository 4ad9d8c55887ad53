"""Real servers for tests and the benchmark: started on free loopback ports, ended by process id."""
