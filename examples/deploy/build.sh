#!/bin/sh
# Writes what the templates deploy.
set -eu
cd "$(dirname "$0")"
mkdir -p build/native
headstart package function --target lambda-layer --out build/layer.zip --force
headstart package function --target lambda-zip --out build/greeting.zip --force
headstart package function --target oci --out build/image --force
(cd ../native-function && cargo build --release)
cp ../../target/release/libprices.so build/native/
headstart package build/native --entry libprices.handler --target lambda-zip --out build/native.zip --force
