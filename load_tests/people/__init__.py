"""What people do during a contest, without any network: the same behaviour drives Locust and the lean generator."""
