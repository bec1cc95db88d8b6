"""Settings of the property tests: no deadline an example, since the first one pays for Arrow's imports."""

from hypothesis import settings

settings.register_profile("formats", deadline=None)
settings.load_profile("formats")
