"""Settings of the property tests: no deadline an example, since libraries are imported by the first."""

from hypothesis import settings

settings.register_profile("containers", deadline=None)
settings.load_profile("containers")
