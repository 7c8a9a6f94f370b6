// All kernels as one unit: one fatbin, and one library for tests.
#include "draws.cu"
#include "rbm_gibbs.cu"
#include "rbm_rows.cu"
