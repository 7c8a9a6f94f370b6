// The instructions of AMX against tile products computed by hand, whoever executes them: the
// processor or the emulator. And that the emulator refuses what a processor would.
#include <immintrin.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "amx_emulator.h"
#include "checks.h"

extern "C" int64_t gibbsite_amx_limit(int32_t, int64_t);

#define GIBBSITE_WITH_AMX __attribute__((target("amx-tile,amx-int8,amx-bf16"), noinline))

namespace {

/// What ldtilecfg reads.
struct alignas(64) Config {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};

  Config& tile(int number, int its_rows, int its_row_bytes) {
    rows[number] = (uint8_t)its_rows;
    row_bytes[number] = (uint16_t)its_row_bytes;
    return *this;
  }
};

/// C += A B with C of 2 x 2, A of 2 x (2 groups), B of (2 groups) x 2.
Config small_products() { return Config().tile(0, 2, 8).tile(1, 2, 8).tile(2, 2, 8); }

GIBBSITE_WITH_AMX void configure(const Config& config) {
  __asm__ volatile("" : : "r"(&config) : "memory");
  _tile_loadconfig(&config);
}

GIBBSITE_WITH_AMX void release() { _tile_release(); }

enum Product { SS, SU, US, UU, BF16 };

/// c += a b, the rows of a, b and c lying 24, 8 and 40 bytes apart.
GIBBSITE_WITH_AMX void multiply(Product product, const void* a, const void* b, void* c) {
  configure(small_products());
  __asm__ volatile("" : : : "memory");
  _tile_loadd(0, c, 40);
  _tile_loadd(1, a, 24);
  _tile_loadd(2, b, 8);
  switch (product) {
    case SS:
      _tile_dpbssd(0, 1, 2);
      break;
    case SU:
      _tile_dpbsud(0, 1, 2);
      break;
    case US:
      _tile_dpbusd(0, 1, 2);
      break;
    case UU:
      _tile_dpbuud(0, 1, 2);
      break;
    case BF16:
      _tile_dpbf16ps(0, 1, 2);
      break;
  }
  _tile_stored(0, c, 40);
  __asm__ volatile("" : : : "memory");
  release();
}

/// Where they go, c[row][column] being c[10 row + column], all others stay -1.
struct Sums {
  int32_t c[20];

  explicit Sums(int32_t start) {
    for (int32_t& each : c) {
      each = -1;
    }
    c[0] = c[1] = c[10] = c[11] = start;
  }

  bool are(int32_t c00, int32_t c01, int32_t c10, int32_t c11) const {
    int32_t others = 0;
    for (int i = 0; i < 20; i++) {
      others += i % 10 > 1 ? c[i] != -1 : 0;
    }
    return others == 0 && c[0] == c00 && c[1] == c01 && c[10] == c10 && c[11] == c11;
  }
};

void check_bytes(Checks& checks) {
  const uint8_t a[2][24] = {{1, 2, 3, 4, 5, 6, 7, 8}, {1, 0, 0, 0, 0, 0, 0, 1}};
  const uint8_t b[2][8] = {{1, 1, 1, 1, 1, 2, 3, 4}, {1, 0, 0, 0, 0, 0, 0, 9}};
  for (Product product : {SS, SU, US, UU}) {
    Sums sums(100);
    multiply(product, a, b, sums.c);
    checks.that(sums.are(115, 202, 101, 110), "AMX: a product of small bytes");
  }
  const uint8_t large_a[2][24] = {{0xff, 2}};
  const uint8_t large_b[2][8] = {{0xfe, 3}};
  struct {
    Product product;
    int32_t expected;
  } signs[] = {{SS, 2 + 6}, {SU, -254 + 6}, {US, -510 + 6}, {UU, 64770 + 6}};
  for (auto sign : signs) {
    Sums sums(0);
    multiply(sign.product, large_a, large_b, sums.c);
    checks.that(sums.are(sign.expected, 0, 0, 0), "AMX: signed and unsigned bytes");
  }
  Sums sums(INT32_MAX);
  multiply(UU, a, b, sums.c);
  checks.that(sums.are(INT32_MIN + 14, INT32_MIN + 101, INT32_MIN, INT32_MIN + 9),
              "AMX: sums of bytes wrap around");
}

uint16_t bf16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return (uint16_t)(bits >> 16);
}

int32_t bits_of(float x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return bits;
}

/// Row 0 of a by column 0 of b, added to c.
float bf16_product(const float (&a)[4], const float (&b)[4], float c) {
  uint16_t left[2][12] = {{bf16(a[0]), bf16(a[1]), bf16(a[2]), bf16(a[3])}};
  uint16_t right[2][4] = {{bf16(b[0]), bf16(b[1])}, {bf16(b[2]), bf16(b[3])}};
  Sums sums(bits_of(c));
  multiply(BF16, left, right, sums.c);
  float result;
  memcpy(&result, sums.c, sizeof(result));
  return result;
}

void check_bf16(Checks& checks) {
  const uint16_t a[2][12] = {{bf16(1), bf16(2), bf16(3), bf16(4)}, {bf16(1), 0, 0, bf16(1)}};
  const uint16_t b[2][4] = {{bf16(1), bf16(1), bf16(1), bf16(2)}, {bf16(1), 0, 0, bf16(9)}};
  Sums sums(bits_of(0.5f));
  multiply(BF16, a, b, sums.c);
  checks.that(sums.are(bits_of(6.5f), bits_of(41.5f), bits_of(1.5f), bits_of(10.5f)),
              "AMX: a product of small bf16");
  // Even terms make 2^24, for 2^24 + 1 rounds to even; odd ones 2. Any other order gives 0, 3 or 4.
  checks.that(bf16_product({0x1p24f, 1, 1, 1}, {1, 1, 1, 1}, -0x1p24f) == 2,
              "AMX: bf16 sums even and odd terms apart, then adds them, then those before");
  checks.that(bits_of(bf16_product({0x1p-100f}, {0x1p-27f}, 0)) == 0,
              "AMX: bf16 flushes results below 2^-126");
  checks.that(bits_of(bf16_product({0x1p-130f}, {0x1p100f}, 0)) == 0,
              "AMX: bf16 takes operands below 2^-126 for 0");
  checks.that(bits_of(bf16_product({0}, {0}, 0x1p-130f)) == 0,
              "AMX: bf16 takes sums below 2^-126 for 0");
  checks.that(bf16_product({0x1p-100f}, {0x1p-26f}, 0) == 0x1p-126f, "AMX: bf16 keeps 2^-126");
}

/// Displacement, scale and the registers that need a bit of the prefix.
GIBBSITE_WITH_AMX void check_addresses(Checks& checks) {
  uint8_t from[64], to[2][8] = {}, config[128], zeros[64] = {};
  for (int i = 0; i < 64; i++) {
    from[i] = (uint8_t)i;
  }
  Config small = small_products();
  configure(small);
  register const void* base __asm__("r13") = (const void*)((uintptr_t)from - 0x1234);
  register int64_t half_stride __asm__("r9") = 16;
  __asm__ volatile("tileloadd 0x1238(%0,%1,2), %%tmm2" : : "r"(base), "r"(half_stride) : "memory");
  _tile_stored(2, to, 8);
  __asm__ volatile("" : : : "memory");
  checks.that(memcmp(to[0], from + 4, 8) == 0 && memcmp(to[1], from + 36, 8) == 0,
              "AMX: a tile is loaded from base + displacement + row x index x scale");
  _tile_zero(2);
  _tile_stored(2, to, 8);
  __asm__ volatile("sttilecfg 64(%0)" : : "r"(config) : "memory");
  checks.that(memcmp(to, zeros, sizeof(to)) == 0, "AMX: a tile is made zero");
  checks.that(memcmp(config + 64, &small, 64) == 0,
              "AMX: the configuration is stored as it was loaded");
  release();
  __asm__ volatile("sttilecfg 64(%0)" : : "r"(config) : "memory");
  checks.that(memcmp(config + 64, zeros, 64) == 0, "AMX: no configuration after the release");
}

/// What the emulator says to the products c += a b of tiles 0, 1 and 2.
const char* said_to(const Config& config, amx::Instruction::Kind kind, int to = 0, int a = 1,
                    int b = 2) {
  amx::Tiles tiles;
  amx::Instruction instruction;
  instruction.kind = amx::Instruction::LOAD_CONFIG;
  if (const char* refused = tiles.execute(instruction, (void*)&config, 0)) {
    return refused;
  }
  instruction.kind = kind;
  instruction.to = to;
  instruction.a = a;
  instruction.b = b;
  uint8_t memory[1024];
  return tiles.execute(instruction, memory, 64);
}

void check_refusals(Checks& checks) {
  using Kind = amx::Instruction;
  auto refused = [&](const char* why, const char* said) {
    checks.that(said && strstr(said, why), why);
  };
  Config fine = small_products();
  checks.that(!said_to(fine, Kind::BYTES) && !said_to(fine, Kind::BF16),
              "the right shapes are fine");
  Config other = fine;
  other.palette = 2;
  refused("palette", said_to(other, Kind::ZERO));
  other = fine;
  other.reserved[3] = 1;
  refused("reserved", said_to(other, Kind::ZERO));
  refused("more than eight", said_to(small_products().tile(8, 1, 4), Kind::ZERO));
  refused("impossible size", said_to(small_products().tile(3, 17, 64), Kind::ZERO));
  refused("impossible size", said_to(small_products().tile(3, 16, 68), Kind::ZERO));
  refused("impossible size", said_to(small_products().tile(3, 16, 0), Kind::ZERO));
  other.reserved[3] = 0;
  other.palette = 0;
  refused("the tiles are not configured", said_to(other, Kind::LOAD));
  refused("a tile that is not configured", said_to(fine, Kind::LOAD, 3));
  refused("a tile that is not configured", said_to(fine, Kind::BYTES, 0, 1, 7));
  refused("a tile twice", said_to(fine, Kind::BYTES, 0, 1, 1));
  refused("whole fours", said_to(small_products().tile(0, 2, 6).tile(2, 2, 6), Kind::BYTES));
  refused("do not match", said_to(small_products().tile(0, 3, 8), Kind::BYTES));
  refused("do not match", said_to(small_products().tile(1, 2, 12), Kind::BYTES));
  refused("do not match", said_to(small_products().tile(2, 2, 12), Kind::BF16));
  other = fine;
  other.start_row = 1;
  refused("start_row", said_to(other, Kind::BF16));
}

/// What a process says and whether it ends by abort(), if it does this.
template <typename Deed>
bool aborts_saying(const char* expected, const Deed& deed) {
  int ends[2];
  if (pipe(ends) != 0) {
    return false;
  }
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    deed();
    _exit(0);
  }
  close(ends[1]);
  std::string said;
  char buffer[256];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof(buffer))) > 0;) {
    said.append(buffer, (size_t)n);
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
         said.find(expected) != std::string::npos;
}

/// The loops that measure what the processor can do make the products that they report.
void check_limits(Checks& checks) {
  constexpr int64_t PRODUCT_OF_BYTES = 2 * 16 * 16 * 64, PRODUCT_OF_BF16 = 2 * 16 * 16 * 32;
  amx::start_counting();
  int64_t bytes = gibbsite_amx_limit(1, 32);
  int64_t bf16 = gibbsite_amx_limit(2, 32);
  const amx::Counts& counts = amx::counts();
  checks.that(bytes == counts.byte_products * PRODUCT_OF_BYTES && bytes > 0 &&
                  bf16 == counts.bf16_products * PRODUCT_OF_BF16 && bf16 > 0,
              "AMX: the measured limits count the products that are made");
}

GIBBSITE_WITH_AMX void zero_without_configuration() { _tile_zero(5); }

}  // namespace

/// @param emulated whether the emulator counts what is executed
void check_amx(Checks& checks, bool emulated) {
  check_bytes(checks);
  check_bf16(checks);
  check_addresses(checks);
  check_refusals(checks);
  if (emulated) {
    check_limits(checks);
  }
  checks.that(aborts_saying("0f 0b", [] { __asm__ volatile("ud2"); }),
              "an unknown illegal instruction ends the process with its bytes");
  checks.that(aborts_saying("c4 e2 7b 49 e8: undefined opcode: the tiles are not configured",
                            zero_without_configuration),
              "tiles that are not configured end the process");
}
