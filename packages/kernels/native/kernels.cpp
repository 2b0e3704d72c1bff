// All kernels for one instruction set (compiler flags) and rounding (FUSED); KERNELS names the table. Everything else
// lies in unnamed namespaces: the linker must not merge code for a newer machine with the same code for an older one.
#include "descent.hpp"
#include "matmul.hpp"
#include "shallow-second-order.hpp"
#include "table.hpp"

namespace {

/** a ← a/2 + 1/4 in twelve chains; see src/wasm/peak.ts. */
template <class T> static double peak(double steps) {
  Vector<T> chains[12];
  UNROLL for (int i = 0; i < 12; i++) chains[i] = splat((T)(i + 1));
  const Vector<T> half = splat((T)0.5), quarter = splat((T)0.25);
  for (int64_t n = (int64_t)steps; n > 0; n--) {
    UNROLL for (int i = 0; i < 12; i++) chains[i] = multiplyAdd(chains[i], half, quarter);
  }
  double sum = 0;
  UNROLL for (int i = 0; i < 12; i++) sum += chains[i][0];
  return sum;
}

template <class T> static constexpr Functions functions() {
  return {canCompute<T>, risk<T>, realize<T>, descend<T>, prepare<T>, hessianVector<T>, matmul<T>, peak<T>, VECTOR_BYTES};
}

} // namespace

#define STRING_(x) #x
#define STRING(x) STRING_(x)
extern const Kernels KERNELS;
const Kernels KERNELS = {STRING(KERNELS), functions<double>(), functions<float>()};
