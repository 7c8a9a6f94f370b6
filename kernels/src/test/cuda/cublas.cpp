// A libcublas.so.13 for tests, on the host: what forward.cpp calls.
#define API extern "C" __attribute__((visibility("default"))) int

API cublasCreate_v2(void** handle) {
  *handle = (void*)1;
  return 0;
}

API cublasDestroy_v2(void*) { return 0; }

API cublasSetStream_v2(void*, void*) { return 0; }

API cublasGetPointerMode_v2(void*, int* mode) {
  *mode = 0;
  return 0;
}

API cublasSetPointerMode_v2(void*, int) { return 0; }

API cublasSgemm_v2(void*, int transposeA, int transposeB, int m, int n, int k, const float* alpha,
                   const float* a, int lda, const float* b, int ldb, const float* beta, float* c,
                   int ldc) {
  for (int j = 0; j < n; j++) {
    for (int i = 0; i < m; i++) {
      float sum = 0;
      for (int p = 0; p < k; p++) {
        float left = transposeA ? a[(long)i * lda + p] : a[(long)p * lda + i];
        float right = transposeB ? b[(long)p * ldb + j] : b[(long)j * ldb + p];
        sum = __builtin_fmaf(left, right, sum);
      }
      float before = *beta == 0 ? 0 : *beta * c[(long)j * ldc + i];
      c[(long)j * ldc + i] = *alpha * sum + before;
    }
  }
  return 0;
}
