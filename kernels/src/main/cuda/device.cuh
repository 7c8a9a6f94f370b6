// What kernels use of the machine, each thing under one name: GPU instructions here, their twins
// for tests without a GPU in emulated.h.
//
// A kernel takes one structure by value, and all its shared memory is dynamic:
//
//   struct Arguments { ... };
//   KERNEL(name, Arguments, threads, blocks a multiprocessor) { DYNAMIC_SHARED(memory); ... args ... }
//
// Sources are compiled without contraction (-fmad=false, -ffp-contract=off): where a product and a
// sum are to be rounded once, they say fmaf. So results have the same bits as those of the CPU.
#pragma once

#ifndef __CUDACC__
#include "emulated.h"
#else

#include <stdint.h>

#define KERNEL(name, Arguments, threads, blocks)                     \
  extern "C" __global__ void __launch_bounds__(threads, blocks) name( \
      const __grid_constant__ Arguments args)

#define DYNAMIC_SHARED(name)                                       \
  extern __shared__ __align__(128) unsigned char dynamic_memory[]; \
  unsigned char* name = dynamic_memory

__device__ __forceinline__ void pause_spin() { __nanosleep(20); }

// 2^x within 2 units in the last place and 1 / x within 1; not the same bits everywhere.
__device__ __forceinline__ float rough_exp2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

__device__ __forceinline__ float rough_reciprocal(float x) {
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

__device__ __forceinline__ unsigned load_acquire(const unsigned* p) {
  unsigned value;
  asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(value) : "l"(p) : "memory");
  return value;
}

// Of the whole warp.
template <class T>
__device__ __forceinline__ T shuffle(T value, int lane) {
  return __shfl_sync(0xFFFFFFFFu, value, lane);
}

template <class T>
__device__ __forceinline__ T shuffle_xor(T value, int mask) {
  return __shfl_xor_sync(0xFFFFFFFFu, value, mask);
}

// 16 bytes to shared memory, zeros where not valid; both sides aligned to 16.
__device__ __forceinline__ void copy_async(void* to, const void* from, bool valid) {
  unsigned target = (unsigned)__cvta_generic_to_shared(to);
  int bytes = valid ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(target), "l"(from), "r"(bytes)
               : "memory");
}

__device__ __forceinline__ void copy_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

// Until at most so many of the thread's groups are under way.
template <int PENDING>
__device__ __forceinline__ void copy_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

// Four 8x16-byte matrices: lane 8 i + r gives the address of row r of matrix i, and word t of row g
// of matrix i goes to register i of lane 4 g + t.
__device__ __forceinline__ void load_matrices(unsigned (&d)[4], const void* row) {
  unsigned from = (unsigned)__cvta_generic_to_shared(row);
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
               : "r"(from)
               : "memory");
}

// The same of transposed 8x8 matrices of 2-byte numbers: numbers 2 t and 2 t + 1 of column g of matrix
// i go to register i of lane 4 g + t.
__device__ __forceinline__ void load_matrices_transposed(unsigned (&d)[4], const void* row) {
  unsigned from = (unsigned)__cvta_generic_to_shared(row);
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
               : "r"(from)
               : "memory");
}

// D [16, 8] += A [16, 32] B [8, 32]^T. With g = lane / 4 and t = lane % 4 a lane holds of A the
// bytes 4 t .. 4 t + 3 of rows g and g + 8 (registers 0, 1), and those 16 further (2, 3); of B the
// same of row g; of D columns 2 t, 2 t + 1 of rows g (0, 1) and g + 8 (2, 3).
__device__ __forceinline__ void mma_u8s8(int (&d)[4], const unsigned (&a)[4],
                                         const unsigned (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ __forceinline__ void mma_u8u8(int (&d)[4], const unsigned (&a)[4],
                                         const unsigned (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.u8.u8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// Two floats rounded to bf16, the first in the lower half.
__device__ __forceinline__ unsigned pack_bf16(float low, float high) {
  unsigned both;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}

// The same of fp16, and the two halves back.
__device__ __forceinline__ unsigned pack_fp16(float low, float high) {
  unsigned both;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}

__device__ __forceinline__ float low_fp16(unsigned both) {
  float x;
  asm("{.reg .f16 low, high;\n mov.b32 {low, high}, %1;\n cvt.f32.f16 %0, low;}"
      : "=f"(x)
      : "r"(both));
  return x;
}

__device__ __forceinline__ float high_fp16(unsigned both) {
  float x;
  asm("{.reg .f16 low, high;\n mov.b32 {low, high}, %1;\n cvt.f32.f16 %0, high;}"
      : "=f"(x)
      : "r"(both));
  return x;
}

// As mma_u8s8, with A [16, 16] and B [8, 16] of bf16, two to a register.
__device__ __forceinline__ void mma_bf16(float (&d)[4], const unsigned (&a)[4],
                                         const unsigned (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ __forceinline__ void mma_fp16(float (&d)[4], const unsigned (&a)[4],
                                         const unsigned (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

#endif
