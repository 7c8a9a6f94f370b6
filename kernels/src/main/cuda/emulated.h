// The CUDA programming model on one host thread, so that every kernel runs in every build without a
// GPU. For tests: it is slow.
//
// Execution model. Every CUDA thread is a fibre with a stack of its own. A fibre runs until it
// waits (a barrier, a warp collective, a spin on memory) and then hands over to the next one in a
// ring. Blocks of an ordinary launch run one after another; those of a cooperative launch share one
// ring. So a launch is deterministic, and since a fibre runs as far as it can before the next one
// starts, a missing barrier shows as a wrong result, most of all with the ring turned round
// (emulated_descending). What else shows here and seldom on a GPU:
//   - shared memory starts as 0xFF, and a write past its end is an error;
//   - global memory ends at a page that ends the process when it is read;
//   - an asynchronous copy happens as late as it may, when its group is waited for;
//   - a barrier that not every thread reaches is an error, as is a launch with arguments of a
//     size other than the kernel's, or a grid or shared memory beyond a GPU's limits;
//   - a vector that is read or written at an address that is no multiple of its size ends the
//     process (build.sh asks the compiler for that), as does an index beyond its array and a signed
//     overflow.
// What it does not show: bank conflicts, uncoalesced access, the memory model between blocks.
//
// One launch runs at a time. Nothing here may be called from a kernel but what stands in device.cuh.
#pragma once

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifndef __x86_64__
#include <ucontext.h>
#endif

#include <mutex>
#include <vector>

#define __device__
#define __noinline__ __attribute__((noinline))
#define __forceinline__ inline __attribute__((always_inline))
#define __restrict__ __restrict

struct alignas(16) uint4 {
  unsigned x, y, z, w;
};

struct alignas(8) uint2 {
  unsigned x, y;
};

struct alignas(16) float4 {
  float x, y, z, w;
};

namespace emulated {

struct Index {
  unsigned x, y, z;
};

struct Barrier {
  int expected, arrived;
  unsigned generation;
};

// Lanes leave their operands here; two sets, so that one barrier a collective is enough: a lane
// reaches the next use of a set only after all have left the collective between.
struct Warp {
  Barrier barrier;
  unsigned parity;
  uint64_t word[2][32];
  uint32_t a[2][32][4], b[2][32][2];
  float c[2][32][4];
  int32_t ci[2][32][4];
};

struct Block {
  Index index;
  Barrier barrier;
  std::vector<Warp> warps;
  std::vector<unsigned char> memory;
  unsigned char* shared;
};

struct Copy {
  void* to;
  const void* from;
  int bytes;
};

// What stands still while another fibre runs.
struct Context {
#ifdef __x86_64__
  void* stackPointer;
#else
  ucontext_t registers;
#endif
};

struct Fibre {
  Context context;
  Index thread;
  Block* block;
  Warp* warp;
  int lane;
  Fibre *next, *previous;
  std::vector<Copy> copies;
  std::vector<size_t> groups;  // where each committed group of copies ends
  char* stack;
};

constexpr size_t STACK_BYTES = 256 << 10;
constexpr int GUARD = 64;
constexpr unsigned MOST_BLOCKS_Y = 65535;
constexpr size_t MOST_SHARED_BYTES = 227 << 10;

inline std::mutex launching;
inline std::vector<Fibre*> pool;
inline Fibre* current;
inline Context launcher;
inline Index gridDimension, blockDimension;
inline void (*body)(const void*);
inline const void* arguments;
inline const char* failure;
inline long idle, idleLimit;
inline bool descending;

#ifdef __x86_64__
// Leaves the registers that a call keeps on this stack, and takes those of the other: some 2 ns,
// where swapcontext asks the kernel for the signal mask.
__attribute__((naked, noinline)) inline void change(Context*, Context*) {
  asm("pushq %rbp; pushq %rbx; pushq %r12; pushq %r13; pushq %r14; pushq %r15;"
      "movq %rsp, (%rdi); movq (%rsi), %rsp;"
      "popq %r15; popq %r14; popq %r13; popq %r12; popq %rbx; popq %rbp; ret");
}

inline void begin(Context& context, char* stack, void (*entry)()) {
  void** top = (void**)(((uintptr_t)stack + STACK_BYTES) & ~(uintptr_t)15) - 4;
  top[0] = (void*)entry;
  context.stackPointer = top - 6;
}
#else
inline void change(Context* from, Context* to) { swapcontext(&from->registers, &to->registers); }

inline void begin(Context& context, char* stack, void (*entry)()) {
  getcontext(&context.registers);
  context.registers.uc_stack.ss_sp = stack;
  context.registers.uc_stack.ss_size = STACK_BYTES;
  makecontext(&context.registers, entry, 0);
}
#endif

inline void hand_over(Fibre* next) {
  Fibre* me = current;
  current = next;
  change(&me->context, &next->context);
}

inline void fail(const char* message) {
  failure = message;
  Context abandoned;
  change(&abandoned, &launcher);
}

inline void yield() {
  if (++idle > idleLimit) {
    fail("deadlock: threads wait for a barrier or a value that does not come");
  }
  if (current->next != current) {
    hand_over(current->next);
  }
}

inline void wait(Barrier& barrier) {
  unsigned generation = barrier.generation;
  if (++barrier.arrived == barrier.expected) {
    barrier.arrived = 0;
    barrier.generation++;
    idle = 0;
  } else {
    do {
      yield();
    } while (barrier.generation == generation);
  }
}

// A fibre runs the kernels of all launches that have room for it.
inline void fibre_main() {
  for (;;) {
    body(arguments);
    idle = 0;
    Fibre* me = current;
    if (!me->copies.empty()) {
      fail("a thread ends with asynchronous copies that it has not waited for");
    }
    if (me->next == me) {
      change(&me->context, &launcher);
    } else {
      me->next->previous = me->previous;
      me->previous->next = me->next;
      hand_over(me->next);
    }
  }
}

inline void start(Block& block, Index index, int threads, size_t sharedBytes) {
  block.index = index;
  block.barrier = {threads, 0, 0};
  block.warps.assign((threads + 31) / 32, Warp{});
  for (size_t w = 0; w < block.warps.size(); w++) {
    block.warps[w].barrier.expected = threads - 32 * (int)w < 32 ? threads - 32 * (int)w : 32;
  }
  block.memory.assign(sharedBytes + 2 * GUARD + 128, 0xFF);
  uintptr_t base = (uintptr_t)block.memory.data() + GUARD;
  block.shared = (unsigned char*)((base + 127) & ~(uintptr_t)127);
}

// Runs blocks that lie in the pool from slot 0 on; returns when all their threads have ended.
inline void run_ring(Block* blocks, int count, int threads) {
  int total = count * threads;
  while ((int)pool.size() < total) {
    Fibre* fibre = new Fibre;
    fibre->stack = (char*)malloc(STACK_BYTES);
    begin(fibre->context, fibre->stack, fibre_main);
    pool.push_back(fibre);
  }
  for (int i = 0; i < total; i++) {
    Fibre* fibre = pool[i];
    int thread = i % threads;
    fibre->block = &blocks[i / threads];
    fibre->warp = &fibre->block->warps[thread / 32];
    fibre->lane = thread % 32;
    fibre->thread = {(unsigned)thread, 0, 0};
    fibre->copies.clear();
    fibre->groups.clear();
    Fibre* after = pool[i + 1 < total ? i + 1 : 0];
    Fibre* before = pool[i > 0 ? i - 1 : total - 1];
    fibre->next = descending ? before : after;
    fibre->previous = descending ? after : before;
  }
  idle = 0;
  idleLimit = 2000L * total + 1000000;
  current = pool[descending ? total - 1 : 0];
  change(&launcher, &current->context);
}

inline void check_guards(const Block& block, size_t sharedBytes) {
  for (int i = 0; i < GUARD; i++) {
    if (block.shared[-1 - i] != 0xFF || block.shared[sharedBytes + i] != 0xFF) {
      failure = "a write outside of shared memory";
    }
  }
}

// Returns null, or what went wrong.
inline const char* launch(void (*kernel)(const void*), Index grid, int threads, size_t sharedBytes,
                          bool cooperative, const void* args) {
  std::lock_guard<std::mutex> lock(launching);
  if (grid.y > MOST_BLOCKS_Y || grid.z > MOST_BLOCKS_Y) {
    return "more than 65535 blocks along y or z";
  }
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) {
    return "no blocks";
  }
  if (sharedBytes > MOST_SHARED_BYTES) {
    return "more shared memory than a block can have";
  }
  body = kernel;
  arguments = args;
  gridDimension = grid;
  blockDimension = {(unsigned)threads, 1, 1};
  failure = nullptr;
  int count = (int)(grid.x * grid.y * grid.z);
  static std::vector<Block> blocks;
  blocks.resize(cooperative ? count : 1);
  for (int b = 0; b < count && failure == nullptr; b++) {
    Index index = {b % grid.x, b / grid.x % grid.y, b / grid.x / grid.y};
    Block& block = blocks[cooperative ? b : 0];
    start(block, index, threads, sharedBytes);
    if (!cooperative || b == count - 1) {
      run_ring(blocks.data(), (int)blocks.size(), threads);
      for (const Block& each : blocks) {
        check_guards(each, sharedBytes);
      }
    }
  }
  if (failure != nullptr) {
    // The fibres stand in the middle of a kernel: begin them anew.
    for (Fibre* fibre : pool) {
      begin(fibre->context, fibre->stack, fibre_main);
    }
  }
  return failure;
}

}  // namespace emulated

#define threadIdx (emulated::current->thread)
#define blockIdx (emulated::current->block->index)
#define blockDim (emulated::blockDimension)
#define gridDim (emulated::gridDimension)

#define KERNEL(name, Arguments, threads, blocks)                                              \
  static void name##_body(const Arguments& args);                                             \
  extern "C" __attribute__((visibility("default"))) const char* name(                         \
      int x, int y, int z, int block, long shared, int cooperative, const void* a, long size) { \
    if (size >= 0 && size != (long)sizeof(Arguments)) {                                       \
      return #name ": the arguments are not of the kernel's size";                            \
    }                                                                                         \
    if (block != threads) {                                                                   \
      return #name ": launched with another number of threads than it is compiled for";       \
    }                                                                                         \
    return emulated::launch(                                                                  \
        [](const void* p) { name##_body(*(const Arguments*)p); },                             \
        {(unsigned)x, (unsigned)y, (unsigned)z}, block, (size_t)shared, cooperative != 0, a); \
  }                                                                                           \
  static void name##_body(const Arguments& args)

#define DYNAMIC_SHARED(name) unsigned char* name = emulated::current->block->shared

extern "C" __attribute__((visibility("default"), used)) inline void emulated_descending(int on) {
  std::lock_guard<std::mutex> lock(emulated::launching);
  emulated::descending = on != 0;
}

namespace emulated {

// Memory whose end lies before a page that nobody may touch, so that a read past it ends the
// process. A multiple of 256 and a page on either side.
inline size_t mapped(long bytes) { return ((size_t)bytes + 4095) / 4096 * 4096; }

}  // namespace emulated

extern "C" __attribute__((visibility("default"), used)) inline void* emulated_allocate(long bytes) {
  size_t inside = emulated::mapped(bytes);
  char* pages = (char*)mmap(nullptr, inside + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == (char*)MAP_FAILED || mprotect(pages + 4096, inside, PROT_READ | PROT_WRITE) != 0) {
    return nullptr;
  }
  return pages + 4096 + (inside - (size_t)bytes) / 256 * 256;
}

extern "C" __attribute__((visibility("default"), used)) inline void emulated_free(void* memory,
                                                                                  long bytes) {
  char* pages = (char*)((uintptr_t)memory / 4096 * 4096 - 4096);
  munmap(pages, emulated::mapped(bytes) + 8192);
}

inline void __syncthreads() { emulated::wait(emulated::current->block->barrier); }

inline void __syncwarp() { emulated::wait(emulated::current->warp->barrier); }

inline void __threadfence() {}

inline void pause_spin() { emulated::yield(); }

inline unsigned load_acquire(const unsigned* p) { return *p; }

inline unsigned atomicAdd(unsigned* p, unsigned v) {
  unsigned old = *p;
  *p += v;
  emulated::idle = 0;
  return old;
}

inline float __int_as_float(int bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}

inline int __float_as_int(float x) {
  int bits;
  memcpy(&bits, &x, 4);
  return bits;
}

// As far off as the instructions of a GPU may be, to a side that depends on the value alone.
inline float rough(float exact, float error) {
  bool up = (__float_as_int(exact) & 1) != 0;
  return exact * (up ? 1.f + error : 1.f - error);
}

inline float rough_exp2(float x) { return rough(exp2f(x), 0x1p-22f); }

inline float rough_reciprocal(float x) { return rough(1.f / x, 0x1p-23f); }

namespace emulated {

// The value of every lane, left for the others; which of the two sets it is in.
template <class T>
inline unsigned exchange(T value) {
  static_assert(sizeof(T) <= 8, "one word");
  Warp& warp = *current->warp;
  unsigned set = warp.barrier.generation & 1;
  memcpy(&warp.word[set][current->lane], &value, sizeof(T));
  wait(warp.barrier);
  return set;
}

template <class T>
inline T take(unsigned set, int lane) {
  T value;
  memcpy(&value, &current->warp->word[set][lane], sizeof(T));
  return value;
}

// Waits for all lanes of the warp; the last one to come computes for all.
template <class F>
inline void together(F compute) {
  Warp& warp = *current->warp;
  if (warp.barrier.expected != 32) {
    fail("a matrix instruction in a warp of fewer than 32 threads");
  }
  if (warp.barrier.arrived == 31) {
    compute(warp);
  }
  wait(warp.barrier);
}

}  // namespace emulated

template <class T>
inline T shuffle(T value, int lane) {
  return emulated::take<T>(emulated::exchange(value), lane & 31);
}

template <class T>
inline T shuffle_xor(T value, int mask) {
  int lane = emulated::current->lane ^ mask;
  return emulated::take<T>(emulated::exchange(value), lane);
}

inline void copy_async(void* to, const void* from, bool valid) {
  if (((uintptr_t)to | (uintptr_t)from) % 16 != 0) {
    emulated::fail("an asynchronous copy that is not aligned to 16 bytes");
  }
  static const unsigned char zeros[16] = {};
  emulated::current->copies.push_back({to, valid ? from : zeros, 16});
}

inline void copy_commit() {
  emulated::Fibre* me = emulated::current;
  me->groups.push_back(me->copies.size());
}

template <int PENDING>
inline void copy_wait() {
  emulated::Fibre* me = emulated::current;
  if ((int)me->groups.size() <= PENDING) {
    return;
  }
  size_t done = me->groups[me->groups.size() - 1 - PENDING];
  for (size_t i = 0; i < done; i++) {
    memcpy(me->copies[i].to, me->copies[i].from, me->copies[i].bytes);
  }
  me->copies.erase(me->copies.begin(), me->copies.begin() + done);
  me->groups.erase(me->groups.begin(), me->groups.end() - PENDING);
  for (size_t& end : me->groups) {
    end -= done;
  }
}

// Rows of 16 bytes: lane 8 i + r gives the address of row r of matrix i, and word t of row g of
// matrix i goes to register i of lane 4 g + t.
inline void load_matrices(unsigned (&d)[4], const void* row) {
  if ((uintptr_t)row % 16 != 0) {
    emulated::fail("a row of a matrix that is not aligned to 16 bytes");
  }
  unsigned set = emulated::exchange(row);
  int lane = emulated::current->lane;
  for (int i = 0; i < 4; i++) {
    const char* from = emulated::take<const char*>(set, 8 * i + lane / 4);
    memcpy(&d[i], from + 4 * (lane % 4), 4);
  }
}

inline void load_matrices_transposed(unsigned (&d)[4], const void* row) {
  if ((uintptr_t)row % 16 != 0) {
    emulated::fail("a row of a matrix that is not aligned to 16 bytes");
  }
  unsigned set = emulated::exchange(row);
  int lane = emulated::current->lane;
  for (int i = 0; i < 4; i++) {
    uint16_t halves[2];
    for (int half = 0; half < 2; half++) {
      const char* from = emulated::take<const char*>(set, 8 * i + lane % 4 * 2 + half);
      memcpy(&halves[half], from + 2 * (lane / 4), 2);
    }
    d[i] = halves[0] | (unsigned)halves[1] << 16;
  }
}

namespace emulated {

// A [16, 32] and B [8, 32] of bytes from the registers of a warp.
template <class B>
inline void gather(const Warp& warp, unsigned set, uint8_t (&a)[16][32], B (&b)[8][32]) {
  for (int lane = 0; lane < 32; lane++) {
    int g = lane / 4;
    int t = lane % 4;
    memcpy(&a[g][4 * t], &warp.a[set][lane][0], 4);
    memcpy(&a[g + 8][4 * t], &warp.a[set][lane][1], 4);
    memcpy(&a[g][4 * t + 16], &warp.a[set][lane][2], 4);
    memcpy(&a[g + 8][4 * t + 16], &warp.a[set][lane][3], 4);
    memcpy(&b[g][4 * t], &warp.b[set][lane][0], 4);
    memcpy(&b[g][4 * t + 16], &warp.b[set][lane][1], 4);
  }
}

template <class B>
inline void mma_bytes(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  Fibre* me = current;
  unsigned set = me->warp->barrier.generation & 1;
  memcpy(me->warp->a[set][me->lane], a, sizeof(a));
  memcpy(me->warp->b[set][me->lane], b, sizeof(b));
  memcpy(me->warp->ci[set][me->lane], d, sizeof(d));
  together([set](Warp& warp) {
    uint8_t rows[16][32];
    B columns[8][32];
    gather(warp, set, rows, columns);
    for (int r = 0; r < 16; r++) {
      for (int c = 0; c < 8; c++) {
        int32_t sum = 0;
        for (int k = 0; k < 32; k++) {
          sum += (int16_t)rows[r][k] * (int16_t)columns[c][k];
        }
        warp.ci[set][4 * (r % 8) + c / 2][r / 8 * 2 + c % 2] += sum;
      }
    }
  });
  memcpy(d, me->warp->ci[set][me->lane], sizeof(d));
}

// Half to even; NaN stays NaN.
inline unsigned to_bf16(float x) {
  unsigned bits = (unsigned)__float_as_int(x);
  return x == x ? (bits + 0x7FFF + (bits >> 16 & 1)) >> 16 : 0x7FFF;
}

inline float bf16(uint16_t bits) { return __int_as_float((int)((unsigned)bits << 16)); }

// The same of fp16: 11 bits, exponents from -14 on, below them steps of 2^-24.
inline unsigned to_fp16(float x) {
  if (x != x) {
    return 0x7FFF;
  }
  unsigned sign = (unsigned)__float_as_int(x) >> 16 & 0x8000;
  float size = fabsf(x);
  if (size >= 65520.f) {
    return sign | 0x7C00;
  }
  int exponent = size < 0x1p-14f ? -14 : ilogbf(size);
  int steps = (int)nearbyintf(scalbnf(size, 10 - exponent));
  // A carry into the next exponent is right where it lands.
  return sign | (unsigned)(((exponent + 14) << 10) + steps);
}

inline float fp16(uint16_t bits) {
  int exponent = bits >> 10 & 31;
  int steps = bits & 0x3FF;
  float size = exponent == 31  ? (steps ? NAN : INFINITY)
               : exponent == 0 ? scalbnf((float)steps, -24)
                               : scalbnf((float)(steps + 1024), exponent - 25);
  return bits & 0x8000 ? -size : size;
}

inline float towards_zero(double exact) {
  float x = (float)exact;
  return fabs((double)x) > fabs(exact) ? nextafterf(x, 0.f) : x;
}

}  // namespace emulated

inline unsigned pack_bf16(float low, float high) {
  return emulated::to_bf16(low) | emulated::to_bf16(high) << 16;
}

inline unsigned pack_fp16(float low, float high) {
  return emulated::to_fp16(low) | emulated::to_fp16(high) << 16;
}

inline float low_fp16(unsigned both) { return emulated::fp16((uint16_t)both); }

inline float high_fp16(unsigned both) { return emulated::fp16((uint16_t)(both >> 16)); }

inline void mma_u8s8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  emulated::mma_bytes<int8_t>(d, a, b);
}

inline void mma_u8u8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  emulated::mma_bytes<uint8_t>(d, a, b);
}

namespace emulated {

// D [16, 8] += A [16, 16] B [8, 16]^T of terms that decode() reads. A GPU adds in an order and width
// of its own, and cuts off what does not fit into the sum.
template <float (*decode)(uint16_t)>
inline void mma_terms(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  Fibre* me = current;
  unsigned set = me->warp->barrier.generation & 1;
  memcpy(me->warp->a[set][me->lane], a, sizeof(a));
  memcpy(me->warp->b[set][me->lane], b, sizeof(b));
  memcpy(me->warp->c[set][me->lane], d, sizeof(d));
  together([set](Warp& warp) {
    uint8_t rows[16][32];
    uint8_t columns[8][32];
    gather(warp, set, rows, columns);
    double x[16][16];
    double y[8][16];
    for (int k = 0; k < 16; k++) {
      uint16_t bits;
      for (int r = 0; r < 16; r++) {
        memcpy(&bits, &rows[r][2 * k], 2);
        x[r][k] = decode(bits);
      }
      for (int c = 0; c < 8; c++) {
        memcpy(&bits, &columns[c][2 * k], 2);
        y[c][k] = decode(bits);
      }
    }
    for (int r = 0; r < 16; r++) {
      for (int c = 0; c < 8; c++) {
        float& entry = warp.c[set][4 * (r % 8) + c / 2][r / 8 * 2 + c % 2];
        double sum = entry;
        for (int k = 0; k < 16; k++) {
          sum += x[r][k] * y[c][k];
        }
        entry = towards_zero(sum);
      }
    }
  });
  memcpy(d, me->warp->c[set][me->lane], sizeof(d));
}

}  // namespace emulated

inline void mma_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  emulated::mma_terms<emulated::bf16>(d, a, b);
}

inline void mma_fp16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  emulated::mma_terms<emulated::fp16>(d, a, b);
}
