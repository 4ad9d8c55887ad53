#!/bin/sh
# Copies the primary once, into an empty data folder, then follows it.
set -eu
: "${REPLICATION_PASSWORD:?}"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    export PGPASSWORD="$REPLICATION_PASSWORD"
    # A copy that was cut short is thrown away, whole, when this runs again.
    rm -rf "$PGDATA/.copy" && mkdir -p "$PGDATA/.copy"
    pg_basebackup --pgdata="$PGDATA/.copy" --write-recovery-conf --wal-method=stream --checkpoint=fast --slot=replica \
        --dbname="host=primary port=5432 user=replicator application_name=replica connect_timeout=5"
    # The file that is looked for above comes last.
    find "$PGDATA/.copy" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -f -t "$PGDATA" {} +
    mv "$PGDATA/.copy/PG_VERSION" "$PGDATA/"
    rmdir "$PGDATA/.copy"
fi
chmod 700 "$PGDATA"
exec postgres -c config_file=/etc/postgresql/postgresql.conf
