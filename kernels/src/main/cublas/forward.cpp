// A libcublas.so.12 for machines that have libcublas.so.13 alone.
//
// JCublas 12.6 asks the loader for libcublas.so.12 and for symbols of that version. This library has
// that name and those versions (forward.map) for the functions that are used, and calls the same
// ones of libcublas.so.13, whose signatures did not change. The loader binds functions when they are
// first called, so those that JCublas knows and nobody calls need not be here.
#include <dlfcn.h>

namespace {

constexpr int NOT_INITIALIZED = 1;

void* find(const char* name) {
  static void* library = dlopen("libcublas.so.13", RTLD_NOW | RTLD_LOCAL);
  return library ? dlsym(library, name) : nullptr;
}

template <class... Arguments>
int call(const char* name, Arguments... arguments) {
  auto function = (int (*)(Arguments...))find(name);
  return function ? function(arguments...) : NOT_INITIALIZED;
}

}  // namespace

#define FORWARD extern "C" int

FORWARD cublasCreate_v2(void** handle) { return call("cublasCreate_v2", handle); }

FORWARD cublasDestroy_v2(void* handle) { return call("cublasDestroy_v2", handle); }

FORWARD cublasSetStream_v2(void* handle, void* stream) {
  return call("cublasSetStream_v2", handle, stream);
}

FORWARD cublasGetPointerMode_v2(void* handle, int* mode) {
  return call("cublasGetPointerMode_v2", handle, mode);
}

FORWARD cublasSetPointerMode_v2(void* handle, int mode) {
  return call("cublasSetPointerMode_v2", handle, mode);
}

FORWARD cublasSgemm_v2(void* handle, int transposeA, int transposeB, int m, int n, int k,
                       const float* alpha, const float* a, int lda, const float* b, int ldb,
                       const float* beta, float* c, int ldc) {
  return call("cublasSgemm_v2", handle, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb,
              beta, c, ldc);
}
