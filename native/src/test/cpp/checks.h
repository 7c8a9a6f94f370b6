// Checks that count.
#pragma once

#include <stdio.h>

struct Checks {
  int made = 0;
  int failed = 0;

  void that(bool ok, const char* what) {
    made++;
    if (!ok) {
      failed++;
      printf("failed: %s\n", what);
    }
  }
};
