#!/usr/bin/env bash
# The include check passes on the tree and finds each kind of breach.
set -euo pipefail
check=$1
"$check"

planted=$(mktemp -d)
trap 'rm -rf "$planted"' EXIT
expect_breach() {  # FILE INCLUDE
  mkdir -p "$planted/$(dirname "$1")"
  printf '#include %s\n' "$2" >"$planted/$1"
  if "$check" "$planted" >"$planted/out"; then
    echo "not found: $1 includes $2" >&2
    exit 1
  fi
  grep -q "^$1:1:" "$planted/out"
  rm "$planted/$1"
}
expect_breach coordinator/api/a.cc '"worker/task/render.h"'
expect_breach worker/agent/a.cc '"coordinator/store/store.h"'
expect_breach common/job/a.h '"client/cli/render.h"'
expect_breach worker/engine/hilm/a.cc '"longtake/v1/farm.pb.h"'
expect_breach coordinator/planner/a.cc '<libavcodec/avcodec.h>'
expect_breach worker/task/a.cc '<torch/torch.h>'
expect_breach worker/stitch/a.cc '<grpcpp/grpcpp.h>'
expect_breach elsewhere/a.cc '"common/job/job.h"'
echo "8 breaches found"
