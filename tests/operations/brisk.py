"""Lemma as it is served, but for one number: caches may keep answers for as many seconds as LEMMA_TEST_MAX_AGE says,
and a test need not wait for a minute.
"""

import os

from api import caching

caching.READ = caching.READ.replace("max-age=60", f"max-age={os.environ['LEMMA_TEST_MAX_AGE']}")

from config.wsgi import application  # noqa: E402, F401
