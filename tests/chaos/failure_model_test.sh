#!/usr/bin/env bash
# Every test that docs/failure_model.md names exists.
#   failure_model_test.sh DOCUMENT BINARY…
set -euo pipefail
document=$1
shift
known=$(for binary in "$@"; do
  "$binary" --gtest_list_tests | sed 's/ *#.*//' |
    awk '/^[^ ]/ { suite = $1 } /^ / { print suite $1 }'
done)
named=$(grep -o '`[A-Za-z/]*Test\.[A-Za-z0-9/]*`' "$document" | tr -d '`' | sort -u)
[ "$(wc -l <<<"$named")" -ge 30 ] || { echo "hardly any test is named in $document"; exit 1; }
missing=0
while read -r name; do
  grep -qxF "$name" <<<"$known" ||
    { echo "$document names $name, which does not exist"; missing=1; }
done <<<"$named"
exit $missing
