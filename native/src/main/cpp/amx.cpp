// All kernels for AMX, on top of AVX-512.
#define GIBBSITE_ISA amx

#include "machine_limits.h"
#include "mlp_api.h"
#include "rbm_api.h"
