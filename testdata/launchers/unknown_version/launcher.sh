#!/usr/bin/env bash
# Speaks only a version that does not exist.
body='{"versions":[99],"runtime":"native","runtime_version":"1","launcher":"9","pid":1,"entered_ns":1}'
length=$(printf '%03o' ${#body})
printf "HS\201\000\\$length\000\000\000\000\000\000\000\000\000\000\000%s" "$body" >&"$1"
exec sleep 60
