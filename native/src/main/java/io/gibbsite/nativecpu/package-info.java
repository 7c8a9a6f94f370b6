/**
 * The {@code native} backend: kernels in C++ for AVX2, AVX-512 and AMX, called through the Foreign
 * Function API.
 */
package io.gibbsite.nativecpu;
