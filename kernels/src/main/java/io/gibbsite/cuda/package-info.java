/**
 * The backend {@code cuda}: the kernels of {@code src/main/cuda} and their launch code, on JCuda's
 * driver API or, in tests, on an emulation of the GPU.
 */
package io.gibbsite.cuda;
