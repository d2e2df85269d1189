# The production image: the locked run-time packages and the code, served by an unprivileged user.
# web, worker, beat and migrate are the same image with another command (docker-compose.yml).

FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CAIRN_MODE=production \
    CAIRN_STATE=/state
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent cairn \
 && install --directory --owner=cairn --mode=0700 /state /files
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
# Hashed and compressed once, here; reads no database and no secret.
RUN python manage.py collectstatic --noinput --verbosity 0
USER cairn
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "16", "--respawn-failed-workers", "--workers-kill-timeout", "30s", "onboarding.wsgi:application"]
