#include "amx_emulator.h"

#include <immintrin.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <algorithm>

namespace amx {
namespace {

/// A first-level data cache of 48 KiB and 12 ways, as the processors with AMX have, the least recently
/// used line going first.
struct FirstLevelCache {
  static constexpr int SETS = 64, WAYS = 12;
  uintptr_t lines[SETS][WAYS];

  /// Whether the line was missing; it is there afterwards.
  bool missed(uintptr_t line) {
    uintptr_t(&set)[WAYS] = lines[line % SETS];
    uintptr_t* at = std::find(set, set + WAYS, line);
    bool missing = at == set + WAYS;
    std::rotate(set, missing ? at - 1 : at, missing ? at : at + 1);
    set[0] = line;
    return missing;
  }
};

thread_local Tiles thread_tiles;
thread_local Counts thread_counts;
thread_local FirstLevelCache thread_cache;

/// Bits that VEX holds inverted.
int inverted(int value, int bits) { return ~value & ((1 << bits) - 1); }

/// The operand in memory of ModRM, SIB and displacement; returns the bytes that they take.
int decode_memory(const uint8_t* modrm, int index_extension, int base_extension,
                  Instruction& instruction) {
  int mode = modrm[0] >> 6;
  int base = modrm[0] & 7;
  int length = 1;
  bool has_sib = base == 4;
  if (has_sib) {
    uint8_t sib = modrm[length++];
    int index = (sib >> 3 & 7) | index_extension << 3;
    instruction.index = index == 4 ? Instruction::NONE : index;
    instruction.shift = sib >> 6;
    base = sib & 7;
  }
  int displacement_bytes = mode == 1 ? 1 : mode == 2 ? 4 : 0;
  if (mode == 0 && base == 5) {
    instruction.base = has_sib ? Instruction::NONE : Instruction::NEXT;
    displacement_bytes = 4;
  } else {
    instruction.base = base | base_extension << 3;
  }
  if (displacement_bytes == 1) {
    instruction.displacement = (int8_t)modrm[length];
  } else if (displacement_bytes == 4) {
    int32_t displacement;
    memcpy(&displacement, modrm + length, 4);
    instruction.displacement = displacement;
  }
  return length + displacement_bytes;
}

/// What an opcode with its prefix and form of operand means.
Instruction::Kind kind_of(int opcode, int prefix, bool in_memory) {
  enum Prefix { NO_PREFIX, P66, F3, F2 };
  switch (opcode) {
    case 0x49:
      if (in_memory) {
        return prefix == NO_PREFIX ? Instruction::LOAD_CONFIG
               : prefix == P66     ? Instruction::STORE_CONFIG
                                   : Instruction::UNKNOWN;
      }
      return prefix == NO_PREFIX ? Instruction::RELEASE
             : prefix == F2      ? Instruction::ZERO
                                 : Instruction::UNKNOWN;
    case 0x4b:  // with 66 "T1", which means the same and hints at the cache
      return !in_memory || prefix == NO_PREFIX ? Instruction::UNKNOWN
             : prefix == F3                    ? Instruction::STORE
                                               : Instruction::LOAD;
    case 0x5c:
      return !in_memory && prefix == F3 ? Instruction::BF16 : Instruction::UNKNOWN;
    case 0x5e:
      return in_memory ? Instruction::UNKNOWN : Instruction::BYTES;
    default:
      return Instruction::UNKNOWN;
  }
}

[[noreturn]] void end(const char* why, const uint8_t* at, int length) {
  fprintf(stderr, "illegal instruction:");
  for (int i = 0; i < length; i++) {
    fprintf(stderr, " %02x", at[i]);
  }
  fprintf(stderr, ": %s\n", why);
  abort();
}

void on_illegal_instruction(int, siginfo_t*, void* context) {
  greg_t* registers = ((ucontext_t*)context)->uc_mcontext.gregs;
  constexpr int NUMBERS[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                               REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                               REG_R12, REG_R13, REG_R14, REG_R15};
  const uint8_t* at = (const uint8_t*)registers[REG_RIP];
  Instruction instruction = decode(at);
  if (instruction.kind == Instruction::UNKNOWN) {
    end("not one of AMX that the emulator knows", at, 8);
  }
  greg_t next = registers[REG_RIP] + instruction.length;
  greg_t base = instruction.base == Instruction::NONE   ? 0
                : instruction.base == Instruction::NEXT ? next
                                                        : registers[NUMBERS[instruction.base]];
  greg_t index =
      instruction.index == Instruction::NONE ? 0 : registers[NUMBERS[instruction.index]];
  int64_t stride = (int64_t)((uint64_t)index << instruction.shift);
  // To a tile's rows the index is the stride, to a configuration a part of the address.
  bool rows = instruction.kind == Instruction::LOAD || instruction.kind == Instruction::STORE;
  void* memory = (void*)(base + instruction.displacement + (rows ? 0 : stride));
  const char* refused = thread_tiles.execute(instruction, memory, stride);
  if (refused) {
    end(refused, at, instruction.length);
  }
  registers[REG_RIP] = next;
}

constexpr uint32_t UPPER_HALF = 0xffff0000u;

float as_float(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof(x));
  return x;
}

/// Of what takes the time and touches tiles alone.
#define GIBBSITE_UNCHECKED __attribute__((no_sanitize("address", "undefined")))

/// One row of TDPBF16PS, by the processor's own float32 arithmetic; the caller has it flush.
__attribute__((noinline, target("fma"))) GIBBSITE_UNCHECKED void add_bf16_row(
    float* to, int columns, const uint32_t* a, const uint32_t (*b)[16], int pairs) {
  float even[16] = {}, odd[16] = {};
  for (int k = 0; k < pairs; k++) {
    float first = as_float(a[k] << 16), second = as_float(a[k] & UPPER_HALF);
    for (int n = 0; n < columns; n++) {
      even[n] = __builtin_fmaf(first, as_float(b[k][n] << 16), even[n]);
      odd[n] = __builtin_fmaf(second, as_float(b[k][n] & UPPER_HALF), odd[n]);
    }
  }
  for (int n = 0; n < columns; n++) {
    to[n] += even[n] + odd[n];
  }
}

}  // namespace

Instruction decode(const uint8_t* at) {
  Instruction instruction;
  constexpr int VEX_OF_THREE_BYTES = 0xc4, MAP_0F38 = 2;
  if (at[0] != VEX_OF_THREE_BYTES || (at[1] & 31) != MAP_0F38) {
    return instruction;
  }
  int extensions = inverted(at[1] >> 5, 3);  // R, X, B
  int third = inverted(at[2] >> 3 & 15, 4);  // vvvv
  bool wide = at[2] >> 7;
  bool is_256 = at[2] >> 2 & 1;
  int prefix = at[2] & 3;
  uint8_t modrm = at[4];
  int reg = (modrm >> 3 & 7) | (extensions >> 2) << 3;
  int rm = (modrm & 7) | (extensions & 1) << 3;
  bool in_memory = modrm >> 6 != 3;
  Instruction::Kind kind = kind_of(at[3], prefix, in_memory);
  bool product = kind == Instruction::BYTES || kind == Instruction::BF16;
  bool names_tile = product || kind == Instruction::ZERO || kind == Instruction::LOAD ||
                    kind == Instruction::STORE;
  bool without_sib = in_memory && names_tile && (modrm & 7) != 4;
  if (wide || is_256 || without_sib || (!product && third != 0) || reg > 7 || third > 7 ||
      (!names_tile && reg != 0) || (!in_memory && rm > 7) ||
      ((kind == Instruction::RELEASE || kind == Instruction::ZERO) && rm != 0)) {
    return instruction;
  }
  instruction.kind = kind;
  instruction.to = reg;
  instruction.length = 5;
  if (product) {
    instruction.a = rm;
    instruction.b = third;
    instruction.a_is_signed = prefix >= 2;  // F2: both, F3: a
    instruction.b_is_signed = prefix == 3 || prefix == 1;
  } else if (in_memory) {
    instruction.length =
        4 + decode_memory(at + 4, extensions >> 1 & 1, extensions & 1, instruction);
  }
  return instruction;
}

const char* Tiles::load_config(const void* memory) {
  Config config;
  memcpy(&config, memory, sizeof(config));
  if (config.palette > 1) {
    return "general protection: the configuration names a palette other than 0 and 1";
  }
  for (uint8_t reserved : config.reserved) {
    if (reserved != 0 && config.palette != 0) {
      return "general protection: reserved bytes of the configuration are not 0";
    }
  }
  for (int tile = 0; tile < 16 && config.palette != 0; tile++) {
    int rows = config.rows[tile], row_bytes = config.row_bytes[tile];
    if (tile >= 8 && (rows != 0 || row_bytes != 0)) {
      return "general protection: the configuration has more than eight tiles";
    }
    if (rows > 16 || row_bytes > 64 || (rows == 0) != (row_bytes == 0)) {
      return "general protection: the configuration has a tile of impossible size";
    }
  }
  configured_ = config.palette != 0;
  config_ = configured_ ? config : Config{};
  memset(bytes_, 0, sizeof(bytes_));
  return nullptr;
}

const char* Tiles::refused(const Instruction& instruction) const {
  switch (instruction.kind) {
    case Instruction::LOAD_CONFIG:
    case Instruction::STORE_CONFIG:
    case Instruction::RELEASE:
      return nullptr;
    default:
      break;
  }
  if (!configured_) {
    return "undefined opcode: the tiles are not configured";
  }
  bool product = instruction.kind == Instruction::BYTES || instruction.kind == Instruction::BF16;
  for (int tile : {instruction.to, product ? instruction.a : instruction.to,
                   product ? instruction.b : instruction.to}) {
    if (config_.rows[tile] == 0) {
      return "undefined opcode: a tile that is not configured";
    }
  }
  if (!product) {
    return nullptr;
  }
  int to = instruction.to, a = instruction.a, b = instruction.b;
  if (config_.start_row != 0) {
    return "undefined opcode: a product with start_row other than 0";
  }
  if (to == a || to == b || a == b) {
    return "undefined opcode: a product with a tile twice";
  }
  if (config_.row_bytes[to] % 4 != 0 || config_.row_bytes[a] % 4 != 0 ||
      config_.row_bytes[b] % 4 != 0) {
    return "undefined opcode: a product of rows that are not whole fours of bytes";
  }
  if (config_.rows[to] != config_.rows[a] || config_.row_bytes[a] / 4 != config_.rows[b] ||
      config_.row_bytes[to] != config_.row_bytes[b]) {
    return "undefined opcode: a product of tiles whose shapes do not match";
  }
  return nullptr;
}

void Tiles::load(int tile, const uint8_t* memory, int64_t stride) {
  int row_bytes = config_.row_bytes[tile];
  if (config_.start_row == 0) {
    memset(bytes_[tile], 0, sizeof(bytes_[tile]));
  }
  for (int row = config_.start_row; row < config_.rows[tile]; row++) {
    const uint8_t* from = memory + row * stride;
    memcpy(bytes_[tile][row], from, row_bytes);
    uintptr_t last = ((uintptr_t)from + row_bytes - 1) / 64;
    for (uintptr_t line = (uintptr_t)from / 64; line <= last; line++) {
      thread_counts.missed_lines += thread_cache.missed(line);
    }
  }
}

GIBBSITE_UNCHECKED void Tiles::multiply_bytes(const Instruction& instruction) {
  const auto& a = bytes_[instruction.a];
  const auto& b = bytes_[instruction.b];
  int columns = config_.row_bytes[instruction.to] / 4;
  for (int m = 0; m < config_.rows[instruction.to]; m++) {
    uint32_t sums[16] = {};  // additions wrap around
    memcpy(sums, bytes_[instruction.to][m], 4 * columns);
    for (int k = 0; k < config_.rows[instruction.b]; k++) {
      for (int i = 0; i < 4; i++) {
        uint8_t left = a[m][4 * k + i];
        int x = instruction.a_is_signed ? (int8_t)left : left;
        for (int n = 0; n < columns; n++) {
          uint8_t right = b[k][4 * n + i];
          sums[n] += (uint32_t)(x * (instruction.b_is_signed ? (int8_t)right : right));
        }
      }
    }
    memset(bytes_[instruction.to][m], 0, 64);
    memcpy(bytes_[instruction.to][m], sums, 4 * columns);
  }
}

void Tiles::multiply_bf16(const Instruction& instruction) {
  constexpr unsigned MASKS = 0x1f80, FLUSH_RESULTS = 0x8000, FLUSH_OPERANDS = 0x0040;
  unsigned before = _mm_getcsr();
  _mm_setcsr(MASKS | FLUSH_RESULTS | FLUSH_OPERANDS);
  uint32_t a[16][16], b[16][16];
  memcpy(a, bytes_[instruction.a], sizeof(a));
  memcpy(b, bytes_[instruction.b], sizeof(b));
  int columns = config_.row_bytes[instruction.to] / 4;
  for (int m = 0; m < config_.rows[instruction.to]; m++) {
    float sums[16] = {};
    memcpy(sums, bytes_[instruction.to][m], 4 * columns);
    add_bf16_row(sums, columns, a[m], b, config_.rows[instruction.b]);
    memset(bytes_[instruction.to][m], 0, 64);
    memcpy(bytes_[instruction.to][m], sums, 4 * columns);
  }
  _mm_setcsr(before);
}

const char* Tiles::execute(const Instruction& instruction, void* memory, int64_t stride) {
  if (const char* why = refused(instruction)) {
    return why;
  }
  int to = instruction.to;
  switch (instruction.kind) {
    case Instruction::LOAD_CONFIG:
      thread_counts.configs++;
      return load_config(memory);
    case Instruction::STORE_CONFIG:
      memcpy(memory, &config_, sizeof(config_));
      return nullptr;
    case Instruction::RELEASE:
      thread_counts.releases++;
      configured_ = false;
      config_ = {};
      memset(bytes_, 0, sizeof(bytes_));
      return nullptr;
    case Instruction::ZERO:
      thread_counts.zeros++;
      memset(bytes_[to], 0, sizeof(bytes_[to]));
      break;
    case Instruction::LOAD:
      thread_counts.loads++;
      load(to, (const uint8_t*)memory, stride);
      break;
    case Instruction::STORE:
      thread_counts.stores++;
      for (int row = config_.start_row; row < config_.rows[to]; row++) {
        memcpy((uint8_t*)memory + row * stride, bytes_[to][row], config_.row_bytes[to]);
      }
      break;
    case Instruction::BYTES:
      thread_counts.byte_products++;
      multiply_bytes(instruction);
      break;
    case Instruction::BF16:
      thread_counts.bf16_products++;
      multiply_bf16(instruction);
      break;
    default:
      return "undefined opcode";
  }
  config_.start_row = 0;
  return nullptr;
}

void emulate() {
  struct sigaction action = {};
  action.sa_sigaction = on_illegal_instruction;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGILL, &action, nullptr);
}

Tiles& tiles() { return thread_tiles; }

Counts& counts() { return thread_counts; }

void start_counting() {
  thread_counts = {};
  thread_cache = {};
}

}  // namespace amx
