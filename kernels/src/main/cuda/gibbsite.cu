// All kernels as one unit: one fatbin, and one library for tests.
#include "copy_rows.cu"
#include "draws.cu"
#include "mlp_layers.cu"
#include "mlp_resident.cu"
#include "mlp_resident_split.cu"
#include "mlp_rows.cu"
#include "rbm_gibbs.cu"
#include "rbm_rows.cu"
