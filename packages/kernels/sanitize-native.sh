#!/usr/bin/env bash
# Runs the tests of the native kernels under the address and the undefined-behaviour sanitizer, and then restores the
# usual add-on. Where there are no native kernels there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")"
addon=native/build/kernels.node
if [ ! -e "$addon" ]; then
  echo "no native kernels to sanitize"
  exit 0
fi
usual=$(mktemp)
made=$(mktemp -d)
cp "$addon" "$usual"
trap 'cp "$usual" "$addon"; rm -rf "$usual" "$made"' EXIT
node build-native.mjs --sanitize --into "$made"
cp "$made/kernels.node" "$addon"
# the memory of the engine outlives its last use, and WebAssembly has signals of its own
export ASAN_OPTIONS=detect_leaks=0:allow_user_segv_handler=1
LD_PRELOAD=$("${CXX:-c++}" -print-file-name=libasan.so) \
  node ../../node_modules/vitest/vitest.mjs run --root ../.. --project kernels --maxWorkers=1 --testTimeout=600000 \
  test/native.test.ts test/native-memory.test.ts test/native-threads.test.ts
