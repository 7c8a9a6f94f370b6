// The names under which the functions of one ISA are exported: gibbsite_<isa>_<name>.
#pragma once

#include "simd.h"

#define GIBBSITE_JOIN_NAMES(isa, name) gibbsite_##isa##_##name
#define GIBBSITE_NAME(isa, name) GIBBSITE_JOIN_NAMES(isa, name)

/// Declares an exported function: GIBBSITE_EXPORT(int, mlp_block_rows)() { ... }
#define GIBBSITE_EXPORT(result, name) \
  extern "C" __attribute__((visibility("default"))) result GIBBSITE_NAME(GIBBSITE_ISA, name)
