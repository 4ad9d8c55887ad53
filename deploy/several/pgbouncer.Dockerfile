# PgBouncer as Debian has it.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends pgbouncer \
    && rm -rf /var/lib/apt/lists/* /etc/pgbouncer/*
COPY pgbouncer.ini pgbouncer.sh /etc/pgbouncer/
USER postgres
EXPOSE 6432
ENTRYPOINT ["/bin/sh", "/etc/pgbouncer/pgbouncer.sh"]
