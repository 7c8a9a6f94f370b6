// AMX for machines without it: the instructions raise "illegal instruction" there, and a signal
// handler does what the processor would have done. So the machine code itself is tested, which the
// plain loops of amx_tiles.h never run.
//
// Follows the pages of LDTILECFG, TILELOADD, TILESTORED, TILEZERO, TILERELEASE, TDPB*D and TDPBF16PS
// of Intel's Instruction Set Reference, palette 1: eight tiles of at most 16 rows of 64 bytes.
#pragma once

#include <stdint.h>

namespace amx {

/// One instruction as its bytes say.
struct Instruction {
  enum Kind { UNKNOWN, LOAD_CONFIG, STORE_CONFIG, RELEASE, ZERO, LOAD, STORE, BYTES, BF16 };

  Kind kind = UNKNOWN;
  /// Bytes.
  int length = 0;
  /// Tiles: to, a and b of to += a b; or the one that is loaded, stored or zeroed.
  int to = 0, a = 0, b = 0;
  /// Of BYTES: whether they are signed.
  bool a_is_signed = false, b_is_signed = false;
  /// The operand in memory: general registers in the order of their encoding, NONE or NEXT.
  static constexpr int NONE = -1;
  /// The address of the next instruction.
  static constexpr int NEXT = -2;
  int base = NONE, index = NONE;
  int shift = 0;
  int64_t displacement = 0;
};

/// Reads no byte beyond the instruction; of kind UNKNOWN if it is none of AMX.
Instruction decode(const uint8_t* at);

/// What was executed: how many of each kind, and the cache lines of loaded tiles that the first-level
/// cache would not have held, if it held nothing else.
struct Counts {
  int64_t configs, releases, zeros, loads, stores, byte_products, bf16_products;
  int64_t missed_lines;

  int64_t products() const { return byte_products + bf16_products; }
};

/// The tiles of one thread.
class Tiles {
 public:
  /// @param memory where the operand in memory begins
  /// @param stride of its rows, in bytes
  /// @return null, or what the processor would have refused
  const char* execute(const Instruction& instruction, void* memory, int64_t stride);

  bool configured() const { return configured_; }

 private:
  /// As LDTILECFG reads it.
  struct Config {
    uint8_t palette;
    uint8_t start_row;
    uint8_t reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  };
  static_assert(sizeof(Config) == 64);

  const char* load_config(const void* memory);
  const char* refused(const Instruction& instruction) const;
  void load(int tile, const uint8_t* memory, int64_t stride);
  void multiply_bytes(const Instruction& instruction);
  void multiply_bf16(const Instruction& instruction);

  Config config_ = {};
  bool configured_ = false;
  alignas(64) uint8_t bytes_[8][16][64] = {};
};

/// From now on illegal instructions of AMX are executed, by every thread with tiles of its own; any
/// other, and what the processor would have refused, ends the process with its bytes.
void emulate();

/// Those of this thread.
Tiles& tiles();
Counts& counts();

/// Forgets what was counted, and empties the first-level cache.
void start_counting();

}  // namespace amx
