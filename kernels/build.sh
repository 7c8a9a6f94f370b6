#!/bin/sh
# Compiles the kernels.
#
#   build.sh fatbin FILE    with nvcc, for GPUs: machine code for sm_80 and sm_90a, and PTX of
#                           compute_80 for the driver to compile; where there is no nvcc, FILE is
#                           removed and the build goes on
#   build.sh emulated FILE  with a C++ compiler ($CXX, or g++), for tests without a GPU; likewise
#   build.sh driver FILE    the same as a libcuda.so.1, for tests of the launch code
#
# Nothing is done where FILE is newer than every source.
set -eu

kind=$1
out=$2
module=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
sources=$module/src/main/cuda

is_current() {
  [ -e "$out" ] && [ -z "$(find "$module"/src/*/cuda "$0" -newer "$out" | head -n 1)" ]
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
    nvcc -std=c++17 -O3 -fmad=false --fatbin \
      -gencode arch=compute_80,code=sm_80 \
      -gencode arch=compute_90a,code=sm_90a \
      -gencode arch=compute_80,code=compute_80 \
      "$sources/gibbsite.cu" -o "$out.new"
    ;;
  emulated | driver)
    is_current && exit
    compiler=${CXX:-g++}
    if ! command -v "$compiler" > /dev/null; then
      rm -f "$out"
      echo 'kernels: no C++ compiler: tests of the kernels will be skipped; install g++, or set CXX'
      exit
    fi
    mkdir -p "$(dirname "$out")"
    case $kind in
      emulated) set -- -x c++ "$sources/gibbsite.cu" "$module/src/test/cuda/faults.cu" ;;
      driver) set -- "$module/src/test/cuda/driver.cpp" -Wl,-soname,libcuda.so.1 ;;
    esac
    # Built where it runs.
    "$compiler" -std=c++17 -O3 -march=native -ffp-contract=off -fno-exceptions \
      -Wall -Wextra -Werror -Wno-unknown-pragmas -Wno-class-memaccess \
      -fPIC -shared -fvisibility=hidden -I "$sources" "$@" -o "$out.new"
    ;;
  *)
    echo "usage: build.sh fatbin|emulated|driver FILE" >&2
    exit 2
    ;;
esac
mv "$out.new" "$out"
