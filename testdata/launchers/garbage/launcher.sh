#!/usr/bin/env bash
# Speaks another protocol.
printf "HTTP/1.1 200 OK\\r\\n\\r\\n" >&"$1"; exec sleep 60
