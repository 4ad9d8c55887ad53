#!/bin/sh
# The one key to the store, from the environment; then the store. The bucket is made at its first start.
set -eu
umask 077
: "${S3_ACCESS_KEY:?}" "${S3_SECRET_KEY:?}" "${S3_BUCKET:?}"
cat > /tmp/s3.json <<JSON
{"identities": [{"name": "contest", "credentials": [{"accessKey": "$S3_ACCESS_KEY", "secretKey": "$S3_SECRET_KEY"}],
  "actions": ["Read:$S3_BUCKET", "Write:$S3_BUCKET", "List:$S3_BUCKET", "Tagging:$S3_BUCKET", "Admin:$S3_BUCKET"]}]}
JSON
(
    until echo "s3.bucket.create -name $S3_BUCKET" | weed shell -master=localhost:9333 >/dev/null 2>&1; do sleep 2; done
) &
exec weed server -dir=/data -ip.bind=0.0.0.0 -s3 -s3.port=8333 -s3.config=/tmp/s3.json
