#!/bin/sh
# Writes the one account that may come in, then becomes PgBouncer. The password comes from the environment, and so is in
# no image and no file of the host.
set -eu
umask 077
: "${CONTEST_PASSWORD:?}"
sed 's|^auth_file = .*|auth_file = /tmp/userlist.txt|' /etc/pgbouncer/pgbouncer.ini > /tmp/pgbouncer.ini
printf '"contest" "%s"\n' "$CONTEST_PASSWORD" > /tmp/userlist.txt
exec pgbouncer -q /tmp/pgbouncer.ini
