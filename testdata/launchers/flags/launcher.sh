#!/usr/bin/env bash
# Sets a flag that version 1 does not have.
printf "HS\\201\\001\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000" >&"$1"; exec sleep 60
