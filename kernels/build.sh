#!/bin/sh
# Compiles the kernels.
#
#   build.sh fatbin FILE    with nvcc, for GPUs: machine code for sm_80 and sm_90a, and PTX of
#                           compute_80 for the driver to compile; where there is no nvcc, FILE is
#                           removed and the build goes on; target/ptxas.txt keeps what the
#                           assembler says, for a test that no kernel spills registers
#   build.sh emulated FILE  with a C++ compiler ($CXX, or g++), for tests without a GPU; likewise
#   build.sh driver FILE    the same as a libcuda.so.1, for tests of the launch code
#   build.sh cublas FILE    a libcublas.so.13 for tests
#   build.sh forward FILE   the libcublas.so.12 that calls libcublas.so.13; without a compiler there
#                           is none, and JCublas needs a libcublas.so.12
#
# Nothing is done where FILE is newer than every source.
set -eu

kind=$1
out=$2
module=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
sources=$module/src/main/cuda

is_current() {
  [ -e "$out" ] && [ -z "$(find "$module"/src/*/cu* "$0" -newer "$out" | head -n 1)" ]
}

case $kind in
  fatbin)
    if ! command -v nvcc > /dev/null; then
      rm -f "$out"
      echo 'kernels: no nvcc on the PATH: the backend cuda will not be part of this build'
      exit
    fi
    is_current && exit
    mkdir -p "$(dirname "$out")"
    said=$module/target/ptxas.txt
    nvcc -std=c++17 -O3 -fmad=false --fatbin \
      -Xptxas --verbose,--warn-on-spills,--warn-on-local-memory-usage \
      -gencode arch=compute_80,code=sm_80 \
      -gencode arch=compute_90a,code=sm_90a \
      -gencode arch=compute_80,code=compute_80 \
      "$sources/gibbsite.cu" -o "$out.new" 2> "$said" || {
      cat "$said" >&2
      exit 1
    }
    ;;
  emulated | driver | cublas | forward)
    is_current && exit
    compiler=${CXX:-g++}
    if ! command -v "$compiler" > /dev/null; then
      rm -f "$out"
      echo "kernels: no C++ compiler to build $(basename "$out"): install g++, or set CXX"
      exit
    fi
    mkdir -p "$(dirname "$out")"
    # What tests use runs where it is built. A GPU refuses vectors that are not aligned: so do these.
    strict='-fsanitize=alignment,bounds,signed-integer-overflow -fsanitize-undefined-trap-on-error'
    case $kind in
      forward) set -- "$module/src/main/cublas/forward.cpp" -Wl,-soname,libcublas.so.12 \
        -Wl,--version-script="$module/src/main/cublas/forward.map" ;;
      cublas) set -- -march=native "$module/src/test/cuda/cublas.cpp" -Wl,-soname,libcublas.so.13 ;;
      emulated) set -- -march=native $strict -fvisibility=hidden -x c++ "$sources/gibbsite.cu" "$module/src/test/cuda/faults.cu" ;;
      driver) set -- -march=native -fvisibility=hidden "$module/src/test/cuda/driver.cpp" -Wl,-soname,libcuda.so.1 ;;
    esac
    "$compiler" -std=c++17 -O3 -ffp-contract=off -fno-exceptions \
      -Wall -Wextra -Werror -Wno-unknown-pragmas -Wno-class-memaccess \
      -fPIC -shared -I "$sources" "$@" -o "$out.new"
    ;;
  *)
    echo "usage: build.sh fatbin|emulated|driver|cublas|forward FILE" >&2
    exit 2
    ;;
esac
mv "$out.new" "$out"
