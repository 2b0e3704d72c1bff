// Node-API (version 8) around the kernels: functions of a kernel memory, given as a Uint8Array, and addresses in it.
// They return undefined for calls that are left to the portable kernels.
#define NAPI_VERSION 8
#include <node_api.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "table.hpp"

extern const Kernels avx2, avx512, avx2Fused, avx512Fused;

bool makeRoom(Scratch &scratch, size_t bytes) {
  if (bytes <= scratch.size) return true;
  constexpr size_t hugePage = (size_t)2 << 20;
  const size_t size = (bytes + bytes / 4 + hugePage - 1) & ~(hugePage - 1);
  void *block;
  if (posix_memalign(&block, hugePage, size) != 0) return false;
  if (size >= 2 * hugePage) madvise(block, size, MADV_HUGEPAGE);
  free(scratch.block);
  scratch.block = (char *)block;
  scratch.size = size;
  return true;
}

namespace {

/** What a table of kernels and a thread of JavaScript share. */
struct Instance {
  Scratch scratch;
};

void releaseInstance(napi_env, void *data, void *) {
  Instance *instance = (Instance *)data;
  dismiss(instance->scratch.team);
  free(instance->scratch.block);
  free(instance);
}

/** The arguments of a call. */
struct Arguments {
  napi_env env;
  size_t count = 12;
  napi_value values[12];
  const Functions *functions;

  Arguments(napi_env env_, napi_callback_info info) : env(env_) {
    void *data;
    napi_get_cb_info(env, info, &count, values, nullptr, &data);
    functions = (const Functions *)data;
  }
  /** The memory of the first argument; its base is null if that is no Uint8Array. */
  Memory memory() const {
    napi_typedarray_type type;
    void *data = nullptr;
    if (count == 0 || napi_get_typedarray_info(env, values[0], &type, nullptr, &data, nullptr, nullptr) != napi_ok) {
      napi_throw_type_error(env, nullptr, "the first argument is the kernel memory, a Uint8Array");
      return {nullptr};
    }
    return {(char *)data};
  }
  uint32_t integer(size_t i) const {
    uint32_t value = 0;
    if (i < count) napi_get_value_uint32(env, values[i], &value);
    return value;
  }
  double number(size_t i) const {
    double value = 0;
    if (i < count) napi_get_value_double(env, values[i], &value);
    return value;
  }
  Scratch &scratch(uint32_t threads = 1) const {
    void *data;
    napi_get_instance_data(env, &data);
    Scratch &scratch = ((Instance *)data)->scratch;
    scratch.threads = threads < mostThreads ? (int)threads : mostThreads;
    return scratch;
  }
  napi_value returns(bool done, double value) const {
    napi_value result = nullptr;
    if (done) napi_create_double(env, value, &result);
    return result;
  }
  napi_value returns(bool done) const {
    napi_value result = nullptr;
    if (done) napi_get_boolean(env, true, &result);
    return result;
  }
};

napi_value computes(napi_env env, napi_callback_info info) {
  const Arguments a(env, info);
  const Memory memory = a.memory();
  if (!memory.base) return nullptr;
  return a.returns(a.functions->canCompute(*memory.at<Network>(a.integer(1)), a.integer(2) != 0));
}

napi_value risk(napi_env env, napi_callback_info info) {
  const Arguments a(env, info);
  const Memory memory = a.memory();
  if (!memory.base) return nullptr;
  double value;
  const bool done = a.functions->risk(memory, *memory.at<Network>(a.integer(1)), (int)a.integer(2), a.integer(3),
                                      a.integer(4) != 0, a.scratch(a.integer(5)), value);
  return a.returns(done, value);
}

napi_value realize(napi_env env, napi_callback_info info) {
  const Arguments a(env, info);
  const Memory memory = a.memory();
  if (!memory.base) return nullptr;
  return a.returns(a.functions->realize(memory, *memory.at<Network>(a.integer(1)), a.integer(2), a.integer(3),
                                        (int)a.integer(4), a.scratch()));
}

napi_value descend(napi_env env, napi_callback_info info) {
  const Arguments a(env, info);
  const Memory memory = a.memory();
  if (!memory.base) return nullptr;
  double loss;
  const bool done = a.functions->descend(memory, *memory.at<Network>(a.integer(1)), *memory.at<Descent>(a.integer(2)),
                                         (int)a.integer(3), a.number(4), a.scratch(a.integer(5)), loss);
  return a.returns(done, loss);
}

napi_value prepare(napi_env env, napi_callback_info info) {
  const Arguments a(env, info);
  const Memory memory = a.memory();
  if (!memory.base) return nullptr;
  return a.returns(a.functions->prepare(memory, *memory.at<SecondOrder>(a.integer(1)), a.scratch()));
}

napi_value hessianVector(napi_env env, napi_callback_info info) {
  const Arguments a(env, info);
  const Memory memory = a.memory();
  if (!memory.base) return nullptr;
  return a.returns(a.functions->hessianVector(memory, *memory.at<SecondOrder>(a.integer(1)), a.scratch()));
}

napi_value matmul(napi_env env, napi_callback_info info) {
  const Arguments a(env, info);
  const Memory memory = a.memory();
  if (!memory.base) return nullptr;
  return a.returns(a.functions->matmul(memory, a.integer(1), a.integer(2), a.integer(3), (int)a.integer(4),
                                       (int)a.integer(5), (int)a.integer(6), a.integer(7) != 0, a.integer(8) != 0,
                                       a.integer(9) != 0, a.scratch()));
}

napi_value peak(napi_env env, napi_callback_info info) {
  const Arguments a(env, info);
  return a.returns(true, a.functions->peak(a.number(0)));
}

void addFunctions(napi_env env, napi_value object, const Functions &functions) {
  const struct {
    const char *name;
    napi_callback call;
  } all[] = {{"computes", computes}, {"risk", risk},       {"realize", realize},   {"descend", descend}, {"prepare", prepare},
             {"hessianVector", hessianVector}, {"matmul", matmul}, {"peak", peak}};
  for (const auto &one : all) {
    napi_value function;
    napi_create_function(env, one.name, NAPI_AUTO_LENGTH, one.call, (void *)&functions, &function);
    napi_set_named_property(env, object, one.name, function);
  }
  napi_value bytes;
  napi_create_int32(env, functions.vectorBytes, &bytes);
  napi_set_named_property(env, object, "vectorBytes", bytes);
}

napi_value object(napi_env env) {
  napi_value made;
  napi_create_object(env, &made);
  return made;
}

napi_value initialize(napi_env env, napi_value exports) {
  Instance *instance = (Instance *)calloc(1, sizeof(Instance));
  if (!instance || napi_set_instance_data(env, instance, releaseInstance, nullptr) != napi_ok) return nullptr;
  __builtin_cpu_init();
  const bool has256 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool has512 = has256 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  const struct {
    const Kernels &kernels;
    bool usable;
  } all[] = {{avx512, has512}, {avx2, has256}, {avx512Fused, has512}, {avx2Fused, has256}};
  for (const auto &one : all) {
    if (!one.usable) continue;
    const napi_value table = object(env), f64 = object(env), f32 = object(env);
    addFunctions(env, f64, one.kernels.f64);
    addFunctions(env, f32, one.kernels.f32);
    napi_set_named_property(env, table, "f64", f64);
    napi_set_named_property(env, table, "f32", f32);
    napi_set_named_property(env, exports, one.kernels.name, table);
  }
  return exports;
}

} // namespace

NAPI_MODULE(kernels, initialize)
