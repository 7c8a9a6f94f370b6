// Runs the checks of all ISAs that this processor has; those of AMX with AVX-512 alone, then on
// emulated tiles. Built twice: with the address and undefined-behaviour sanitisers, and against the
// library that is shipped, for the machine code of that. The exit status says whether all passed.
// Given any argument it counts the instructions of the AMX kernels instead, where they are emulated.
#include <stdint.h>
#include <string.h>

#include "amx_emulator.h"
#include "checks.h"

extern "C" int32_t gibbsite_isa();
extern "C" const char* gibbsite_version();

void check_amx(Checks& checks, bool emulated);
void check_mlp(Checks& checks, int isa);
void check_rbm(Checks& checks, int isa);
void check_threads(Checks& checks, int isa);
void count_amx();

int main(int arguments, char**) {
  Checks checks;
  checks.that(strcmp(gibbsite_version(), GIBBSITE_VERSION) == 0, "the version is the build's");
  int isa = gibbsite_isa();
  bool emulated = isa == 2;
  amx::emulate();
  if (emulated && arguments > 1) {
    count_amx();
    return 0;
  }
  if (isa >= 2) {
    check_amx(checks, emulated);
  }
  amx::start_counting();
  if (isa > 0) {
    check_mlp(checks, isa);
    check_rbm(checks, isa);
    check_threads(checks, isa);
  }
  const amx::Counts& counts = amx::counts();
  checks.that(counts.configs == counts.releases && !amx::tiles().configured(),
              "whoever configures the tiles of AMX gives them back");
  checks.that(emulated == (counts.byte_products > 0 && counts.bf16_products > 0),
              "the tiles are emulated where the processor has none");
  printf("AMX: %s\n", emulated ? "emulated, instruction by instruction"
                      : isa > 2  ? "the processor's own"
                                 : "not checked, for this processor has no AVX-512");
  printf("%d checks, %d failed\n", checks.made, checks.failed);
  return checks.failed != 0;
}
