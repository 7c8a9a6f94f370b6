// All kernels for AVX-512 (F, BW, DQ, VL).
#define GIBBSITE_ISA avx512

#include "machine_limits.h"
#include "mlp_api.h"
#include "rbm_api.h"
