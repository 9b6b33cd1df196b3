import os

from django.core.wsgi import get_wsgi_application

from mecenova.whole_requests import WholeRequests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mecenova.settings.production")
# Pages only: whoever waits for what a long work holds (an import's trial) is told, and keeps what was typed,
# before the server gives the request up.
os.environ.setdefault("DATABASE_LOCK_TIMEOUT", "10s")
application = WholeRequests(get_wsgi_application())
