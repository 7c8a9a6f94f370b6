// A libcuda.so.1 for tests: as much of the driver API as the launch code uses, with the emulated
// kernels for a GPU. It holds JCuda and all that is written on top of it to their behaviour where
// there is no GPU: which bytes are copied where, what is launched with what, and both kinds of error.
//
// All work is done at once. A kernel that fails leaves the driver as a GPU would: every later call
// fails too.
#include "../../main/cuda/gibbsite.cu"
#include "faults.cu"

#include <dlfcn.h>

namespace {

constexpr int SUCCESS = 0;
constexpr int INVALID_VALUE = 1;
constexpr int OUT_OF_MEMORY = 2;
constexpr int INVALID_IMAGE = 200;
constexpr int NOT_FOUND = 500;
constexpr int ILLEGAL_ADDRESS = 700;
constexpr int COOPERATIVE_LAUNCH_TOO_LARGE = 720;

constexpr int COMPUTE_MAJOR = 75;
constexpr int COMPUTE_MINOR = 76;
constexpr int MULTIPROCESSOR_COUNT = 16;
constexpr int SHARED_OPTIN = 97;
constexpr int MEMORY_POOLS = 115;

constexpr unsigned MULTIPROCESSORS = 16;
constexpr unsigned RESIDENT_BLOCKS = 1;
constexpr size_t TOTAL_BYTES = 1ul << 30;
constexpr size_t POISONED_BYTES = 64ul << 20;

using Launch = const char* (*)(int, int, int, int, long, int, const void*, long);

int fault = SUCCESS;
size_t used = 0;

int number(const char* name, int otherwise) {
  const char* text = getenv(name);
  return text ? atoi(text) : otherwise;
}

int launch(void* function, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned shared,
           bool cooperative, void** parameters) {
  if (fault != SUCCESS) {
    return fault;
  }
  if (cooperative && x * y * z > RESIDENT_BLOCKS * MULTIPROCESSORS) {
    return COOPERATIVE_LAUNCH_TOO_LARGE;
  }
  const char* failure = ((Launch)function)((int)x, (int)y, (int)z, (int)threads, shared,
                                           cooperative, parameters[0], -1);
  if (failure) {
    fprintf(stderr, "emulated driver: %s\n", failure);
    fault = ILLEGAL_ADDRESS;
  }
  // A GPU would say so later.
  return SUCCESS;
}

}  // namespace

#define API extern "C" __attribute__((visibility("default"))) int

API cuInit(unsigned) { return SUCCESS; }

API cuDriverGetVersion(int* version) {
  *version = number("EMULATED_DRIVER_VERSION", 12060);
  return SUCCESS;
}

API cuDeviceGet(int* device, int) {
  *device = 0;
  return SUCCESS;
}

API cuDeviceGetName(char* name, int length, int) {
  snprintf(name, (size_t)length, "Emulated GPU");
  return SUCCESS;
}

API cuDeviceGetAttribute(int* value, int attribute, int) {
  switch (attribute) {
    case COMPUTE_MAJOR: *value = number("EMULATED_COMPUTE", 90) / 10; break;
    case COMPUTE_MINOR: *value = number("EMULATED_COMPUTE", 90) % 10; break;
    case MULTIPROCESSOR_COUNT: *value = MULTIPROCESSORS; break;
    case SHARED_OPTIN: *value = 227 << 10; break;
    case MEMORY_POOLS: *value = 1; break;
    default: return INVALID_VALUE;
  }
  return SUCCESS;
}

API cuDeviceTotalMem_v2(size_t* bytes, int) {
  *bytes = TOTAL_BYTES;
  return SUCCESS;
}

API cuDevicePrimaryCtxRetain(void** context, int) {
  *context = (void*)1;
  return SUCCESS;
}

API cuDevicePrimaryCtxRelease_v2(int) { return fault; }

API cuCtxSetCurrent(void*) { return fault; }

API cuModuleLoadFatBinary(void** module, const void* image) {
  *module = (void*)1;
  return *(const char*)image == 0 ? INVALID_IMAGE : SUCCESS;
}

API cuModuleUnload(void*) { return fault; }

API cuModuleGetFunction(void** function, void*, const char* name) {
  Dl_info self;
  dladdr((void*)&launch, &self);
  void* library = dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  *function = dlsym(library, name);
  return *function ? SUCCESS : NOT_FOUND;
}

API cuFuncSetAttribute(void*, int, int) { return fault; }

API cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void*, int, size_t) {
  *blocks = RESIDENT_BLOCKS;
  return fault;
}

API cuStreamCreate(void** stream, unsigned) {
  *stream = (void*)1;
  return fault;
}

API cuStreamSynchronize(void*) { return fault; }

API cuStreamDestroy_v2(void*) { return fault; }

API cuEventCreate(void** event, unsigned) {
  *event = (void*)1;
  return fault;
}

API cuEventRecord(void*, void*) { return fault; }

API cuEventSynchronize(void*) { return fault; }

API cuEventDestroy_v2(void*) { return fault; }

API cuMemGetInfo_v2(size_t* free, size_t* total) {
  *free = TOTAL_BYTES - used;
  *total = TOTAL_BYTES;
  return fault;
}

API cuMemAllocAsync(void** memory, size_t bytes, void*) {
  if (fault != SUCCESS) {
    return fault;
  }
  if (bytes > TOTAL_BYTES - used) {
    return OUT_OF_MEMORY;
  }
  size_t whole = (bytes + 511) / 256 * 256;
  size_t* block = (size_t*)aligned_alloc(256, whole);
  memset(block, 0xFF, whole < POISONED_BYTES ? whole : POISONED_BYTES);
  *block = bytes;
  used += bytes;
  *memory = (char*)block + 256;
  return SUCCESS;
}

API cuMemFreeAsync(void* memory, void*) {
  size_t* block = (size_t*)((char*)memory - 256);
  used -= *block;
  free(block);
  return fault;
}

API cuMemAllocHost_v2(void** memory, size_t bytes) {
  *memory = malloc(bytes);
  return fault;
}

API cuMemFreeHost(void* memory) {
  free(memory);
  return fault;
}

API cuMemcpyHtoDAsync_v2(void* to, const void* from, size_t bytes, void*) {
  memcpy(to, from, bytes);
  return fault;
}

API cuMemcpyDtoHAsync_v2(void* to, const void* from, size_t bytes, void*) {
  memcpy(to, from, bytes);
  return fault;
}

API cuMemsetD8Async(void* to, unsigned char value, size_t bytes, void*) {
  memset(to, value, bytes);
  return fault;
}

API cuLaunchKernel(void* function, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned,
                   unsigned, unsigned shared, void*, void** parameters, void**) {
  return launch(function, x, y, z, threads, shared, false, parameters);
}

API cuLaunchCooperativeKernel(void* function, unsigned x, unsigned y, unsigned z, unsigned threads,
                              unsigned, unsigned, unsigned shared, void*, void** parameters) {
  return launch(function, x, y, z, threads, shared, true, parameters);
}
