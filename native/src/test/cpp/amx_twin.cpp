// All kernels for AMX with its tiles as plain loops, under names of their own beside the real ones.
#define GIBBSITE_AMX_TWIN
#define GIBBSITE_ISA amx_twin

#include "machine_limits.h"
#include "mlp_api.h"
#include "rbm_api.h"
