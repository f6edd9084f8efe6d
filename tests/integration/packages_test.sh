#!/usr/bin/env bash
# packages_test.sh OPERATIONS_MD ROW BINARY...: the packages that the row of
# docs/operations.md lists (and those they depend on) hold every library that
# the binaries name. Exit code 77, a skip: no Debian.
set -euo pipefail
readonly doc=$1 row=$2
shift 2
command -v dpkg-query >/dev/null && command -v readelf >/dev/null || exit 77

# All rows up to the one asked for: each says "besides".
listed=$(awk -v row="| $row" '
  /^\| for \| packages/ { on = 1; next }
  on && /^\|/ { print }
  on && index($0, row) == 1 { exit }' "$doc" |
  grep -o '`[^`]*`' | tr -d '`' | tr ' ' '\n' | grep '^lib')
[ -n "$listed" ] || { echo "no packages in the row '$row' of $doc"; exit 1; }

closure=$listed
queue=$listed
while [ -n "$queue" ]; do
  # shellcheck disable=SC2086
  next=$(dpkg-query -W -f '${Depends}\n' $queue 2>/dev/null |
    tr ',|' '\n\n' | sed 's/(.*//; s/:any//; s/ //g' | grep . | sort -u || true)
  queue=$(comm -23 <(echo "$next") <(echo "$closure" | sort -u))
  closure=$(printf '%s\n%s\n' "$closure" "$queue" | sort -u)
done

failed=0
for binary in "$@"; do
  for library in $(readelf -d "$binary" |
    sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    path=$(ldd "$binary" | awk -v l="$library" '$1 == l { print $3 }')
    [ -n "$path" ] || continue  # the loader itself
    file=$(readlink -f "$path")
    # Packages may name a library below /lib or /usr/lib.
    owner=$(dpkg-query -S "$file" 2>/dev/null ||
      dpkg-query -S "${file#/usr}" 2>/dev/null || echo "no package")
    package=${owner%%:*}
    if ! grep -qx "$package" <<<"$closure"; then
      echo "$(basename "$binary") needs $library of $package: $doc does not list it"
      failed=1
    fi
  done
done
exit $failed
