"""A load generator that costs a fraction of Locust's: connections of its own, an open model of arrivals."""
