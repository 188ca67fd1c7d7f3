"""Property tests judge what is right, not how fast a busy machine is: no deadline for a single example."""

from hypothesis import settings

settings.register_profile("gouji", deadline=None)
settings.load_profile("gouji")
