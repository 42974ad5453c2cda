import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What is loaded by now stays as long as the process. The collector need not go through it again and again, which
# kept one answer of some hundred waiting for the twentieth part of a second.
gc.collect()
gc.freeze()
