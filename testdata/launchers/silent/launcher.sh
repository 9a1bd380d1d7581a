#!/usr/bin/env bash
# Says nothing.
exec sleep 60
