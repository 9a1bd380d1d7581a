#!/usr/bin/env bash
# Announces a hello of 2 GiB.
printf "HS\\201\\000\\000\\000\\000\\200\\000\\000\\000\\000\\000\\000\\000\\000" >&"$1"; exec sleep 60
