// All kernels for AVX2 and FMA.
#define GIBBSITE_ISA avx2

#include "machine_limits.h"
#include "mlp_api.h"
#include "rbm_api.h"
