FROM python:3.13.9-slim-trixie

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=mecenova.settings.production

RUN useradd --system --uid 10001 --home-dir /srv/mecenova --create-home mecenova \
    && install --directory --owner mecenova /srv/mecenova/media /srv/mecenova/beat
WORKDIR /srv/mecenova/app

COPY requirements/production.txt requirements/production.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/production.txt

COPY . .
# Hashed and compressed once, here. The values are only there for the settings to load; nothing is contacted.
RUN SECRET_KEY=unused ALLOWED_HOSTS=unused SITE_URL=https://unused.example DATABASE_URL=postgresql://unused/unused \
    REDIS_URL=redis://unused EMAIL_URL=smtp://unused DEFAULT_FROM_EMAIL=unused@unused.example \
    python manage.py collectstatic --no-input --verbosity 0

USER mecenova
EXPOSE 8000
# Threads: a file that a slow phone is still receiving takes no place of a page, nor is it cut after thirty seconds.
CMD ["gunicorn", "mecenova.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--worker-class=gthread", "--threads=4", "--worker-tmp-dir=/dev/shm", "--no-control-socket"]
