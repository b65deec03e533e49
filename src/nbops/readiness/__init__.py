"""How well nbops itself and what it stands on are: what is degraded, why, and what mends it."""
