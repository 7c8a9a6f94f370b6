// Objects that hold all their memory in one block, laid out by their constructor: T(Memory&, ...).
#pragma once

#include <stdlib.h>

#include <new>

#include "memory.h"

namespace gibbsite::GIBBSITE_ISA {

/// Bytes that a T takes with all that it holds.
template <typename T, typename... Arguments>
size_t bytes_in_memory(Arguments... arguments) {
  Memory counted(nullptr);
  counted.take<T>(1);
  T counting(counted, arguments...);
  return counted.size();
}

/// Places one T in memory of its own, or returns null where there is not enough.
template <typename T, typename... Arguments>
T* open_in_memory(Arguments... arguments) {
  void* block = aligned_alloc(Memory::LINE, bytes_in_memory<T>(arguments...));
  if (!block) {
    return nullptr;
  }
  Memory memory(block);
  return new (memory.take<T>(1)) T(memory, arguments...);
}

}  // namespace gibbsite::GIBBSITE_ISA
