#!/usr/bin/env bash
# Closes the socket and goes on running.
eval "exec $1>&-"; exec sleep 60
