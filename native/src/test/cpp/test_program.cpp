// Runs the checks of all ISAs that this processor has, built with the address and
// undefined-behaviour sanitisers, the tiles of AMX being plain loops. The exit status says whether
// all passed.
#include <stdint.h>
#include <string.h>

#include "checks.h"

extern "C" int32_t gibbsite_isa();
extern "C" const char* gibbsite_version();

void check_mlp(Checks& checks, int isa);
void check_rbm(Checks& checks, int isa);
void check_threads(Checks& checks, int isa);

int main() {
  Checks checks;
  checks.that(strcmp(gibbsite_version(), GIBBSITE_VERSION) == 0, "the version is the build's");
  int isa = gibbsite_isa();
  if (isa > 0) {
    check_mlp(checks, isa);
    check_rbm(checks, isa);
    check_threads(checks, isa);
  }
  printf("%d checks, %d failed\n", checks.made, checks.failed);
  return checks.failed != 0;
}
