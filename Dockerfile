FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.lock .
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY db db
COPY cogs cogs
COPY bot bot
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation -e . \
    && /venv/bin/python -m compileall -q bot cogs db migrations

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data clanstats \
    && install --directory --owner clanstats --mode 700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    DATA_DIR=/data \
    LOG_FORMAT=json
USER clanstats
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["clanstats", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["clanstats"]
CMD ["run"]
