// What this processor can run: the one source file that is compiled for any x86-64.
#include <cpuid.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

#if !defined(GIBBSITE_AMX_TWIN)
/// Asks Linux for the use of AMX's tile registers, which a process has only on request.
bool may_use_tiles() {
  constexpr int ARCH_REQ_XCOMP_PERM = 0x1023;
  constexpr int XFEATURE_XTILEDATA = 18;
  return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

bool has_tiles() {
  constexpr uint32_t AMX_BF16 = 1u << 22, AMX_TILE = 1u << 24, AMX_INT8 = 1u << 25;
  constexpr uint32_t ALL = AMX_BF16 | AMX_TILE | AMX_INT8;
  uint32_t a, b, c, d;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & ALL) == ALL && may_use_tiles();
}
#else
bool has_tiles() { return true; }
#endif

}  // namespace

/// The best ISA that the processor and the operating system allow, and that the others build on: 0
/// for none of them, 1 for AVX2, 2 for AVX-512, 3 for AMX.
extern "C" __attribute__((visibility("default"))) int32_t gibbsite_isa() {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
      !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2") ||
      !__builtin_cpu_supports("popcnt")) {
    return 0;
  }
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")) {
    return 1;
  }
  return has_tiles() ? 3 : 2;
}

/// Whether the tiles of AMX are plain loops (amx_tiles.h): 1 in the build that tests use.
extern "C" __attribute__((visibility("default"))) int32_t gibbsite_tiles_are_loops() {
#if defined(GIBBSITE_AMX_TWIN)
  return 1;
#else
  return 0;
#endif
}

/// The version that this library was built as.
extern "C" __attribute__((visibility("default"))) const char* gibbsite_version() {
  return GIBBSITE_VERSION;
}
