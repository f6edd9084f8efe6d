#!/usr/bin/env bash
# On a machine with a CUDA GPU: builds against a LibTorch 2.x that has CUDA, checks
# the GPU's frames against the processor's (PSNR at least 45 dB), and measures a
# whole render with the host's cores encoding.
#
#   benchmarks/gpu.sh --torch /opt/libtorch [--device cuda] [--seconds 300]
#                     [--json out/gpu.json]
#
# --torch: an unpacked LibTorch of the C++11 ABI; without it, the system's. Needs
# what ./dev setup installs. Exit code 1: the pictures differ, or a frame's bits with
# the batch that it is drawn in, or less than 33 times real time.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

torch='' device=cuda seconds=300 json=out/gpu.json
while (($#)); do
  case $1 in
    --torch) torch=$2 ;;
    --device) device=$2 ;;
    --seconds) seconds=$2 ;;
    --json) json=$2 ;;
    *) echo "gpu.sh: unknown flag $1" >&2; exit 2 ;;
  esac
  shift 2
done
readonly LEAST_REALTIME=33
build=build-gpu
[[ -n $torch ]] || build=build

cmake --preset release -B "$build" ${torch:+-DCMAKE_PREFIX_PATH="$torch"} >&2
cmake --build "$build" --target longtake longtake_stages longtake_device_check >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$(dirname "$json")"
share=.deps/share/longtake
espeak-ng -v en -s 150 -w "$work/phrase.wav" \
  'The quick brown fox jumps over the lazy dog. Bring me a map, please.'
ffmpeg -v error -stream_loop -1 -i "$work/phrase.wav" -t "$seconds" \
  -c:a pcm_s16le "$work/talk.wav"
ffmpeg -v error -i "$work/talk.wav" -t 20 -c:a pcm_s16le "$work/short.wav"

"$build/benchmarks/longtake_stages" --portrait "$share/demo/astronaut.png" \
  --audio "$work/short.wav" --seconds 1 --identity "$work/identity.safetensors" \
  --output "$work/chunk.mp4" >"$work/stages.txt"
"$build/bin/longtake" motion export --audio "$work/short.wav" -o "$work/take.csv" \
  --models "$share/models"
status=0
"$build/benchmarks/longtake_device_check" "$work/identity.safetensors" \
  "$work/take.csv" --device "$device" --json "$work/check.json" || status=$?

"$build/bin/longtake" render --json --force --measure none --device "$device" \
  --models "$share/models" --portrait "$share/demo/astronaut.png" \
  --audio "$work/talk.wav" --cache-dir "$work/cache" -o "$work/take.mp4" \
  >"$work/render.json"
python3 - "$work" "$json" "$LEAST_REALTIME" <<'PYTHON' || status=1
import datetime, json, os, platform, subprocess, sys
work, out, least = sys.argv[1], sys.argv[2], float(sys.argv[3])
check = json.load(open(f"{work}/check.json"))
render = json.load(open(f"{work}/render.json"))
try:
    gpu = subprocess.run(
        ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"],
        capture_output=True, text=True).stdout.strip() or None
except FileNotFoundError:
    gpu = None
factor = render["realtime_factor"]
json.dump({"date": datetime.date.today().isoformat(), "gpu": gpu,
           "cores": os.cpu_count(), "machine": platform.machine(),
           "check": check, "realtime_factor": factor,
           "frames": render["frames"], "wall_seconds": render["wall_seconds"]},
          open(out, "w"), indent=2)
print(f"{factor:.1f} times real time (goal {least:.0f}), "
      f"{gpu or 'no GPU found'}, {os.cpu_count()} cores; {out}")
sys.exit(factor < least)
PYTHON
exit "$status"
