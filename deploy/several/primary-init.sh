#!/bin/sh
# Runs once, on an empty data folder: the contest's own role and database, and the role that the replica comes with.
set -eu
: "${CONTEST_PASSWORD:?}" "${REPLICATION_PASSWORD:?}"
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
    --set=contest="$CONTEST_PASSWORD" --set=replication="$REPLICATION_PASSWORD" <<'SQL'
CREATE ROLE contest LOGIN PASSWORD :'contest';
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'replication';
CREATE DATABASE contest OWNER contest ENCODING 'UTF8' TEMPLATE template0;
-- What the engine says at the start of a connection, where no pooler stands between.
ALTER DATABASE contest SET jit = off;
SELECT pg_create_physical_replication_slot('replica');
SQL
echo 'host replication replicator all scram-sha-256' >> "$PGDATA/pg_hba.conf"
