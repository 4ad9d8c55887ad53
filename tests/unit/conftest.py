"""How property tests run: without a time limit for each example, which a busy machine would break at random."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "shared_machine", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("shared_machine")
