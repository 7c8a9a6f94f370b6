// Runs the checks of all ISAs that this processor has, built with the address and
// undefined-behaviour sanitisers; the exit status says whether all passed.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

extern "C" int32_t gibbsite_isa();
extern "C" const char* gibbsite_version();

int main() {
  int failed = 0;
  failed += strlen(gibbsite_version()) == 0;
  failed += gibbsite_isa() < 0;
  printf("%d checks, %d failed\n", 2, failed);
  return failed != 0;
}
