#!/bin/sh
# Checks and measures the backend cuda on a machine with an NVIDIA GPU, all in one go: nothing but a
# driver needs to be there when it stands in an unpacked distribution.
#
#   on-gpu.sh FOLDER [SECONDS]
#   on-gpu.sh --peers FOLDER [SECONDS]    a record beside PyTorch and JAX, and nothing else, in
#                                         $PRECISION (float32; fp16x3 is as exact)
#
# Every step has a time limit, and one that fails or runs out of time does not keep the next from
# being tried; SECONDS, 530 unless given, is the limit of all together. FOLDER gets
#
#   summary.txt     a line a step: its outcome, its seconds
#   info.txt        what the machine is
#   selftest.txt    the checks of `gibbsite selftest`, in float32 and on tensor cores
#   sanitizer.txt   NVIDIA's memory, race, initialisation and barrier checks, where they are there
#   rows.jsonl      throughput; with peers where python3 ($PYTHON) has PyTorch or JAX
#   bench.txt       what was said meanwhile
#   record.json     a record of all rows, as for docs/benchmarks
#
# The exit code is 1 where a step failed.
set -u

beside=
if [ "${1:-}" = --peers ]; then
  beside=yes
  shift
fi
if [ $# -lt 1 ]; then
  echo 'usage: on-gpu.sh [--peers] FOLDER [SECONDS]' >&2
  exit 2
fi
out=$1
mkdir -p "$out" || exit 2
out=$(CDPATH='' cd -- "$out" && pwd -P)
end=$(($(date +%s) + ${2:-530}))
python=$(command -v "${PYTHON:-python3}" || :)

# In a distribution the program stands beside this script, in the sources a folder above.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
gibbsite=$here/gibbsite
[ -x "$gibbsite" ] || gibbsite=$here/../gibbsite

# The peers multiply in float32, as is compared, not in 19 bits.
export JAX_DEFAULT_MATMUL_PRECISION=highest NVIDIA_TF32_OVERRIDE=0
export XLA_PYTHON_CLIENT_PREALLOCATE=false

failed=0

# note NAME OUTCOME SECONDS
note() {
  printf '%-28s %-34s %4d s\n' "$1" "$2" "$3" | tee -a "$out/summary.txt"
}

# step NAME LIMIT FILE COMMAND...: appends what the command says to FILE, errors too.
step() {
  name=$1 limit=$2 file=$out/$3
  shift 3
  left=$((end - $(date +%s)))
  [ "$limit" -le "$left" ] || limit=$left
  if [ "$limit" -lt 5 ]; then
    note "$name" 'left out: no time' 0
    return 1
  fi
  began=$(date +%s)
  printf '\n== %s: %s\n' "$name" "$*" >> "$file"
  timeout -k 5 "$limit" "$@" >> "$file" 2>> "$file" < /dev/null
  code=$?
  took=$(($(date +%s) - began))
  case $code in
    0) note "$name" passed "$took" ;;
    124 | 137) note "$name" "stopped at its limit of $limit s" "$took" ;;
    *) note "$name" "FAILED with exit code $code" "$took" ;;
  esac
  [ "$code" -eq 0 ] || failed=1
  return "$code"
}

# rows NAME LIMIT OPTION...: figures to rows.jsonl, the rest to bench.txt.
rows() {
  of=$1 seconds=$2
  shift 2
  # shellcheck disable=SC2016 # the inner shell's parameters
  step "$of" "$seconds" bench.txt sh -c 'file=$1; shift; exec "$@" >> "$file"' sh \
    "$out/rows.jsonl" "$gibbsite" bench --backend cuda --json --quick "$@"
}

# checked TOOL LIMIT COMMAND...
checked() {
  tool=$1 seconds=$2
  shift 2
  if [ -z "$sanitizer" ]; then
    note "$tool" 'left out: no compute-sanitizer' 0
    return
  fi
  step "$tool" "$seconds" sanitizer.txt "$sanitizer" --tool "$tool" --error-exitcode 9 \
    --print-limit 20 --target-processes all "$@"
}

peers() {
  [ -n "$python" ] && "$python" -c 'import importlib.util as u
raise SystemExit(not any(u.find_spec(name) for name in ("torch", "jax")))' 2> /dev/null
}

sanitizer=
for place in "$(command -v compute-sanitizer)" /usr/local/cuda/bin/compute-sanitizer; do
  if [ -z "$sanitizer" ] && [ -x "$place" ]; then
    sanitizer=$place
  fi
done

: > "$out/summary.txt"
step nvidia-smi 20 info.txt nvidia-smi
step info 30 info.txt "$gibbsite" info

# A record takes the rest of the time; its rows stand in bench.txt as soon as they are known.
record() {
  if step record 600 bench.txt "$gibbsite" bench --backend cuda --record "$out/records" "$@"; then
    find "$out/records" -name '*.json' -exec mv {} "$out/record.json" \;
  fi
  rm -rf "$out/records"
}

if [ -n "$beside" ]; then
  record --peers "${python:-python3}" --precision "${PRECISION:-float32}"
  cat "$out/bench.txt"
  exit "$failed"
fi

if ! step selftest 120 selftest.txt "$gibbsite" selftest --backend cuda; then
  tail -n 3 "$out/selftest.txt"
fi

# The rows of which most is expected come first.
rows 'langevin 2-64-64-1, 1024' 20 --workload langevin --shape 2-64-64-1 --batch 1024
rows 'langevin 2-64-64-1, 65536' 20 --workload langevin --shape 2-64-64-1 --batch 65536
rows 'langevin 2-128-128-1, 1024' 20 --workload langevin --shape 2-128-128-1 --batch 1024
for precision in fp16x3 bf16x6 bf16x3; do
  for shape in 2-64-64-1 2-128-128-1; do
    for chains in 65536 1024; do
      rows "langevin $shape, $chains, $precision" 20 --workload langevin --shape $shape \
        --batch $chains --precision $precision
    done
  done
done
rows 'gibbs 784x500, 16384' 20 --workload gibbs --shape 784x500 --batch 16384
rows 'all rows' 60

step 'selftest bf16x3' 60 selftest.txt "$gibbsite" selftest --backend cuda --precision bf16x3
for precision in fp16x3 bf16x6; do
  step "selftest $precision" 60 selftest.txt "$gibbsite" selftest --backend cuda \
    --precision $precision
  for workload in energy langevin nce; do
    rows "$workload in $precision" 20 --workload $workload --shape 784-512-512-1 \
      --precision $precision
  done
  rows "nce 2-128-128-1 in $precision" 20 --workload nce --shape 2-128-128-1 \
    --precision $precision
done

# Small shapes with odd sizes: every kernel, within seconds even when each access is watched.
checked memcheck 90 "$gibbsite" selftest --backend cuda
for tool in racecheck initcheck synccheck; do
  checked "$tool" 30 "$gibbsite" bench --backend cuda --quick --workload gibbs --shape 203x131 \
    --batch 150
  checked "$tool" 30 "$gibbsite" bench --backend cuda --quick --workload langevin \
    --shape 3-61-50-1 --batch 300
  checked "$tool" 30 "$gibbsite" bench --backend cuda --quick --workload langevin \
    --shape 3-61-50-1 --batch 300 --precision fp16x3
  checked "$tool" 30 "$gibbsite" bench --backend cuda --quick --workload nce --shape 7-90-70-1 \
    --batch 200
  checked "$tool" 30 "$gibbsite" bench --backend cuda --quick --workload nce --shape 7-90-70-1 \
    --batch 200 --precision fp16x3
done

if peers; then
  rows 'gibbs beside peers' 90 --workload gibbs --shape 784x500 --peers "$python"
  rows 'langevin beside peers' 90 --workload langevin --shape 2-64-64-1 --peers "$python"
  rows 'langevin beside peers, 1024' 90 --workload langevin --shape 2-64-64-1 --batch 1024 \
    --peers "$python"
else
  note 'beside peers' 'left out: no PyTorch, no JAX' 0
fi
record

cat "$out/rows.jsonl" 2> /dev/null
exit "$failed"
