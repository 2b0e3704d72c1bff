// Activations, their slopes and second derivatives: assembly/activations.ts, saturation.ts, tabulated.ts, gelu.ts,
// softplus.ts and curvature.ts operation for operation.
#pragma once

#include "names.hpp"
#include "elementary.hpp"

namespace {

/** What an activation depends on besides its argument. */
struct Shape {
  /** Slope of leakyRelu, α of ELU. */
  double parameter;
  /** What chooses A' at kinks. */
  double kink;
};

// tanh and what follows from it: a table of c, tanh c, 1 − tanh² c, 1 − tanh c.

template <class T> INLINE Vector<T> tanhConstant(int index) {
  if constexpr (sizeof(T) == 8) return splat(TANH_CONSTANTS64[index]);
  else return splat(TANH_CONSTANTS32[index]);
}

template <class T> INLINE const T *tanhRows() {
  if constexpr (sizeof(T) == 8) return TANH_ROWS64;
  else return TANH_ROWS32;
}

/** From t = tanh u and rest = 1 − t. */
template <class T, int name>
INLINE void fromTanh(Vector<T> x, Vector<T> t, Vector<T> rest, Vector<T> &value, Vector<T> &slope) {
  const Vector<T> one = constant<T>(ONE);
  if constexpr (name == ACTIVATION_tanh) {
    value = withSign<T>(t, x);
    slope = multiplyAdd(rest, t, rest);
    return;
  }
  const Vector<T> above = one + t;
  const Vector<T> half = constant<T>(HALF);
  const Mask<T> nonnegative = atMost(zero<T>(), x);
  const Vector<T> s = half * choose(nonnegative, above, rest);
  if constexpr (name == ACTIVATION_logistic) {
    value = s;
    slope = multiplyAdd(rest, t, rest) * tanhConstant<T>(2);
  } else {
    const Vector<T> other = half * choose(nonnegative, rest, above);
    value = larger(x, constant<T>(SMALLEST)) * s;
    slope = s * multiplyAdd(clamp<T>(x, constant<T>(SMALLEST)), other, one);
  }
}

template <class T, int name>
INLINE void fromTanhTable(Vector<T> x, Vector<T> u, Vector<T> &value, Vector<T> &slope) {
  const Bits<T> n = (Bits<T>)(u + tanhConstant<T>(0));
  const Bits<T> row = (n & splatBits<T>(sizeof(T) == 8 ? (Bit<T>)0xffff : (Bit<T>)255)) << 2;
  Vector<T> c, t, g, rest;
  loadRows(tanhRows<T>(), row, c, t, g, rest);
  const Vector<T> y = u - c;
  const Vector<T> z = y * y;
  Vector<T> q = tanhConstant<T>(4);
  if constexpr (sizeof(T) == 8) q = multiplyAdd(z, tanhConstant<T>(5), q);
  q = multiplyAdd(z, q, tanhConstant<T>(3));
  const Vector<T> denominator = constant<T>(ONE) + multiplyAdd(z, q, y * t);
  const Vector<T> change = (y * g) / denominator;
  fromTanh<T, name>(x, t + change, rest - change, value, slope);
}

template <class T, int name> INLINE void saturate(Vector<T> x, Vector<T> &value, Vector<T> &slope) {
  Vector<T> u = size<T>(x);
  if constexpr (name != ACTIVATION_tanh) u = u * constant<T>(HALF);
  const Mask<T> inside = atMost(u, tanhConstant<T>(1));
  if (__builtin_expect(all(inside), 1)) {
    fromTanhTable<T, name>(x, u, value, slope);
    return;
  }
  Vector<T> nearValue, nearSlope, farValue, farSlope;
  fromTanhTable<T, name>(x, masked<T>(inside, u), nearValue, nearSlope);
  const Vector<T> e = expNonpositive<T>(u * constant<T>(MINUS_TWO));
  const Vector<T> one = choose(equal(u, u), constant<T>(ONE), u);
  fromTanh<T, name>(x, one, e + e, farValue, farSlope);
  value = choose(inside, nearValue, farValue);
  slope = choose(inside, nearSlope, farSlope);
}

// gelu: a table of c, Φ(−c), φ(c).

template <class T> INLINE Vector<T> normalConstant(int index) {
  if constexpr (sizeof(T) == 8) return splat(NORMAL_CONSTANTS64[index]);
  else return splat(NORMAL_CONSTANTS32[index]);
}

template <class T> INLINE Vector<T> tailOrRest(Vector<T> tail, Vector<T> x) {
  return choose(lessThan(x, zero<T>()), tail, constant<T>(ONE) - tail);
}

template <class T> INLINE Vector<T> geluBend(Vector<T> x, Vector<T> density) {
  return (constant<T>(TWO) - x * x) * density;
}

/** (1 − e^(−v))/v. */
template <class T> INLINE Vector<T> geluFall(Vector<T> v) {
  const Vector<T> w = v * v;
  const Vector<T> p0 = multiplyAdd(normalConstant<T>(3), v, normalConstant<T>(2));
  const Vector<T> p1 = multiplyAdd(normalConstant<T>(5), v, normalConstant<T>(4));
  Vector<T> high = normalConstant<T>(6);
  if constexpr (sizeof(T) == 8) {
    const Vector<T> p2 = multiplyAdd(normalConstant<T>(7), v, high);
    const Vector<T> p3 = multiplyAdd(normalConstant<T>(9), v, normalConstant<T>(8));
    high = multiplyAdd(multiplyAdd(normalConstant<T>(10), w, p3), w, p2);
  }
  return multiplyAdd(multiplyAdd(high, w, p1), w, p0);
}

template <class T> INLINE Vector<T> geluCorrection(Vector<T> h, Vector<T> v) {
  const Vector<T> z = h * h;
  if constexpr (sizeof(T) == 4) {
    return z * constant<T>(TWELFTH);
  } else {
    const Vector<T> w = v * v;
    const Vector<T> inner = splat(CORRECTION[0]) - w * splat(CORRECTION[1]);
    const Vector<T> low = constant<T>(TWELFTH) - w * inner;
    const Vector<T> high = multiplyAdd(z, splat(CORRECTION[4]), splat(CORRECTION[2]) - w * splat(CORRECTION[3]));
    return z * multiplyAdd(z, high, low);
  }
}

template <class T>
INLINE Vector<T> geluNear(Vector<T> x, Vector<T> c, Vector<T> h, Vector<T> tail, Vector<T> density, Vector<T> &value,
                          Vector<T> &slope) {
  const Vector<T> v = h * multiplyAdd(constant<T>(HALF), h, c);
  const Vector<T> p = geluFall<T>(v);
  const Vector<T> corrected = multiplyAdd(p, geluCorrection<T>(h, v), p);
  const Vector<T> step = (h * density) * corrected;
  const Vector<T> phi = density - (density * v) * p;
  const Vector<T> signedStep = bitXor<T>(step, bitAnd<T>(x, signBit<T>()));
  const Vector<T> distribution = tailOrRest<T>(tail, x) + signedStep;
  value = x * distribution;
  slope = multiplyAdd(x, phi, distribution);
  return geluBend<T>(x, phi);
}

template <class T> INLINE Vector<T> geluBeyond(Vector<T> x, Vector<T> &value, Vector<T> &slope) {
  const Vector<T> bound = constant<T>(TAIL_END);
  const Vector<T> low = -bound;
  const Vector<T> y = smaller(size<T>(x), bound);
  const Vector<T> e = gaussian<T>(y);
  const Vector<T> distribution = tailOrRest<T>(e * normalTail<T>(y), x);
  const Vector<T> phi = e * constant<T>(DENSITY_FACTOR);
  value = larger(x, low) * distribution;
  slope = multiplyAdd(clamp<T>(x, low), phi, distribution);
  return geluBend<T>(y, phi);
}

// softplus: a table of c, log(1 + e^(−c)), 1/(1 + e^c).

template <class T> INLINE Vector<T> softplusConstant(int index) {
  if constexpr (sizeof(T) == 8) return splat(SOFTPLUS_CONSTANTS64[index]);
  else return splat(SOFTPLUS_CONSTANTS32[index]);
}

/** (1 − e^(−h))/h. */
template <class T> INLINE Vector<T> softplusFall(Vector<T> h) {
  const Vector<T> p0 = multiplyAdd(softplusConstant<T>(3), h, softplusConstant<T>(2));
  const Vector<T> w = h * h;
  if constexpr (sizeof(T) == 4) {
    return multiplyAdd(softplusConstant<T>(4), w, p0);
  } else {
    const Vector<T> p1 = multiplyAdd(softplusConstant<T>(5), h, softplusConstant<T>(4));
    const Vector<T> p2 = multiplyAdd(softplusConstant<T>(7), h, softplusConstant<T>(6));
    return multiplyAdd(multiplyAdd(p2, w, p1), w, p0);
  }
}

/** (log(1 + d) − d)/d². */
template <class T> INLINE Vector<T> logarithmRest(Vector<T> d) {
  if constexpr (sizeof(T) == 4) {
    return multiplyAdd(softplusConstant<T>(6), d, softplusConstant<T>(5));
  } else {
    const Vector<T> w = d * d;
    const Vector<T> q0 = multiplyAdd(softplusConstant<T>(9), d, softplusConstant<T>(8));
    const Vector<T> q1 = multiplyAdd(softplusConstant<T>(11), d, softplusConstant<T>(10));
    return multiplyAdd(multiplyAdd(softplusConstant<T>(12), w, q1), w, q0);
  }
}

template <class T>
INLINE Vector<T> softplusNear(Vector<T> x, Vector<T> h, Vector<T> logarithm, Vector<T> share, Vector<T> &value,
                              Vector<T> &slope) {
  const Vector<T> one = constant<T>(ONE);
  const Vector<T> d = -((share * h) * softplusFall<T>(h));
  const Vector<T> change = multiplyAdd(d * d, logarithmRest<T>(d), d);
  value = larger(x, zero<T>()) + (logarithm + change);
  const Vector<T> numerator = choose(atMost(zero<T>(), x), one - share, share + d);
  slope = numerator / (one + d);
  return slope * (one - slope);
}

template <class T> INLINE Vector<T> softplusBeyond(Vector<T> x, Vector<T> &value, Vector<T> &slope) {
  const Vector<T> one = constant<T>(ONE);
  const Vector<T> e = expNonpositive<T>(minusSize<T>(x));
  value = larger(x, zero<T>()) + log1pOfUnit<T>(e);
  slope = choose(atMost(zero<T>(), x), one, e) / (one + e);
  return slope * (one - slope);
}

template <class T, int name>
INLINE Vector<T> fromTabulated(Vector<T> x, Vector<T> &value, Vector<T> &slope) {
  constexpr bool isGelu = name == ACTIVATION_gelu;
  const Vector<T> y = size<T>(x);
  const Bits<T> n = (Bits<T>)(y + (isGelu ? normalConstant<T>(0) : softplusConstant<T>(0)));
  const Bits<T> row = (n & splatBits<T>(sizeof(T) == 8 ? (Bit<T>)0xffff : (Bit<T>)511)) * splatBits<T>(3);
  const T *rows;
  if constexpr (sizeof(T) == 8) rows = isGelu ? NORMAL_ROWS64 : SOFTPLUS_ROWS64;
  else rows = isGelu ? NORMAL_ROWS32 : SOFTPLUS_ROWS32;
  Vector<T> c, a, b, unused;
  loadRows(rows, row, c, a, b, unused);
  const Vector<T> h = y - c;
  if constexpr (isGelu) return geluNear<T>(x, c, h, a, b, value, slope);
  else return softplusNear<T>(x, h, a, b, value, slope);
}

/** gelu or softplus; the second derivative is returned. */
template <class T, int name> INLINE Vector<T> tabulated(Vector<T> x, Vector<T> &value, Vector<T> &slope) {
  const Vector<T> largest = name == ACTIVATION_gelu ? normalConstant<T>(1) : softplusConstant<T>(1);
  const Mask<T> inside = atMost(size<T>(x), largest);
  if (__builtin_expect(all(inside), 1)) return fromTabulated<T, name>(x, value, slope);
  Vector<T> nearValue, nearSlope, farValue, farSlope, farBend;
  const Vector<T> nearBend = fromTabulated<T, name>(masked<T>(inside, x), nearValue, nearSlope);
  if constexpr (name == ACTIVATION_gelu) farBend = geluBeyond<T>(x, farValue, farSlope);
  else farBend = softplusBeyond<T>(x, farValue, farSlope);
  value = choose(inside, nearValue, farValue);
  slope = choose(inside, nearSlope, farSlope);
  return choose(inside, nearBend, farBend);
}

/** 1 for x > 0, atZero for x = 0, below for x < 0, NaN for NaN. */
template <class T> INLINE Vector<T> stepAtZero(Vector<T> x, Vector<T> below, Vector<T> atZero) {
  const Vector<T> negative = choose(lessThan(x, zero<T>()), below, x);
  const Vector<T> rest = choose(equal(x, zero<T>()), atZero, negative);
  return choose(lessThan(zero<T>(), x), constant<T>(ONE), rest);
}

/** The parts that mish shares with its second derivative. */
template <class T> struct Mish {
  Vector<T> e, n, w;
  Mask<T> nonnegative;
};
template <class T> INLINE Mish<T> mishParts(Vector<T> x) {
  Mish<T> parts;
  const Vector<T> e = expNonpositive<T>(minusSize<T>(x));
  parts.e = e;
  parts.nonnegative = atMost(zero<T>(), x);
  const Vector<T> squared = e * e;
  const Vector<T> twice = e + e;
  parts.n = choose(parts.nonnegative, constant<T>(ONE) + twice, squared + twice);
  parts.w = choose(parts.nonnegative, squared, constant<T>(ONE));
  return parts;
}

/** A(x) and A'(x). */
template <class T, int name>
INLINE void activation(Vector<T> x, const Shape &shape, Vector<T> &value, Vector<T> &slope) {
  const Vector<T> one = constant<T>(ONE);
  if constexpr (name == ACTIVATION_identity) {
    value = x;
    slope = choose(equal(x, x), one, x);
  } else if constexpr (name == ACTIVATION_relu) {
    value = larger(x, zero<T>());
    slope = stepAtZero<T>(x, zero<T>(), splat((T)shape.kink));
  } else if constexpr (name == ACTIVATION_leakyRelu) {
    const Vector<T> steepness = splat((T)shape.parameter);
    value = choose(lessThan(zero<T>(), x), x, x * steepness);
    slope = stepAtZero<T>(x, steepness, splat((T)(shape.parameter + (1 - shape.parameter) * shape.kink)));
  } else if constexpr (name == ACTIVATION_elu) {
    const Vector<T> alpha = splat((T)shape.parameter);
    Vector<T> e;
    const Vector<T> below = alpha * expm1AndExp<T>(smaller(x, zero<T>()), e);
    value = choose(lessThan(zero<T>(), x), x, below);
    slope = stepAtZero<T>(x, alpha * e, splat((T)(shape.parameter + (1 - shape.parameter) * shape.kink)));
  } else if constexpr (name == ACTIVATION_mish) {
    const Mish<T> parts = mishParts<T>(x);
    const Vector<T> d = multiplyAdd(constant<T>(TWO), parts.w, parts.n);
    const Vector<T> omega = parts.n / d;
    value = larger(x, constant<T>(SMALLEST)) * omega;
    const Vector<T> g = choose(parts.nonnegative, one, parts.e) * (one + parts.e);
    const Vector<T> four = constant<T>(FOUR) * (clamp<T>(x, constant<T>(SMALLEST)) * parts.w);
    slope = omega + (four * g) / (d * d);
  } else if constexpr (name == ACTIVATION_softsign) {
    const Vector<T> d = one + size<T>(x);
    // ±1 at ±∞, whose quotient is NaN
    value = choose(equal(d, splat((T)__builtin_inf())), withSign<T>(one, x), x / d);
    slope = one / (d * d);
  } else if constexpr (name == ACTIVATION_hardTanh) {
    value = smaller(larger(x, -one), one);
    slope = stepAtZero<T>(one - size<T>(x), zero<T>(), splat((T)shape.kink));
  } else if constexpr (name == ACTIVATION_gelu || name == ACTIVATION_softplus) {
    tabulated<T, name>(x, value, slope);
  } else {
    saturate<T, name>(x, value, slope);
  }
}

/** A''(x) from x, A(x) and A'(x); not of gelu and softplus. */
template <class T, int name> INLINE Vector<T> curvature(Vector<T> x, Vector<T> a, Vector<T> s) {
  const Vector<T> one = constant<T>(ONE);
  if constexpr (name == ACTIVATION_tanh) {
    return (constant<T>(MINUS_TWO) * a) * s;
  } else if constexpr (name == ACTIVATION_logistic) {
    return s * ((one - a) - a);
  } else if constexpr (name == ACTIVATION_elu) {
    return masked<T>(lessThan(x, zero<T>()), s);
  } else if constexpr (name == ACTIVATION_softsign) {
    const Vector<T> rest = one - size<T>(a);
    const Vector<T> y = (constant<T>(TWO) * rest) * (rest * rest);
    const Vector<T> withSide = choose(lessThan(zero<T>(), x), -y, y);
    return choose(equal(x, zero<T>()), zero<T>(), withSide);
  } else if constexpr (name == ACTIVATION_swish) {
    const Vector<T> e = expNonpositive<T>(minusSize<T>(x));
    const Vector<T> d = one + e;
    const Vector<T> logistic = choose(atMost(zero<T>(), x), one, e) / d;
    const Vector<T> rest = choose(atMost(zero<T>(), -x), one, e) / d;
    const Vector<T> far = clamp<T>(x, constant<T>(SMALLEST));
    return (logistic * rest) * multiplyAdd(far, rest - logistic, constant<T>(TWO));
  } else if constexpr (name == ACTIVATION_mish) {
    const Mish<T> parts = mishParts<T>(x);
    const Vector<T> d = parts.n + (parts.w + parts.w);
    const Vector<T> omega = parts.n / d;
    const Vector<T> onePlus = one + parts.e;
    const Vector<T> logistic = choose(parts.nonnegative, one, parts.e) / onePlus;
    const Vector<T> rest = choose(atMost(zero<T>(), -x), one, parts.e) / onePlus;
    const Vector<T> gap = (parts.w + parts.w) / d;
    const Vector<T> slope = logistic * (gap * (one + omega));
    const Vector<T> inner = rest - (omega + omega) * logistic;
    const Vector<T> far = clamp<T>(x, constant<T>(SMALLEST));
    return slope * multiplyAdd(far, inner, constant<T>(TWO));
  } else {
    return zero<T>();
  }
}

/** Values A(z) to `value` and slopes A'(z) over z, row by row; rows may be computed up to whole vectors. */
template <class T, int name>
__attribute__((noinline)) void activateRows(const Shape &shape, T *value, T *z, ptrdiff_t stride, int rows,
                                                   int columns) {
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c += lanes<T>) {
      Vector<T> a, s;
      activation<T, name>(load(z + c), shape, a, s);
      store(value + c, a);
      store(z + c, s);
    }
    value += stride;
    z += stride;
  }
}

/** Also second derivatives A''(z) to `bend`, for `count` numbers. */
template <class T, int name>
__attribute__((noinline)) void activateTwiceArray(const Shape &shape, T *value, T *z, T *bend, ptrdiff_t count) {
  for (ptrdiff_t c = 0; c < count; c += lanes<T>) {
    const ptrdiff_t left = count - c;
    const bool whole = left >= lanes<T>;
    const Vector<T> x = whole ? load(z + c) : loadFirst(z + c, (int)left);
    Vector<T> a, s, b;
    if constexpr (name == ACTIVATION_gelu || name == ACTIVATION_softplus) {
      b = tabulated<T, name>(x, a, s);
    } else {
      activation<T, name>(x, shape, a, s);
      b = curvature<T, name>(x, a, s);
    }
    if (whole) {
      store(value + c, a);
      store(z + c, s);
      store(bend + c, b);
    } else {
      storeFirst(value + c, a, (int)left);
      storeFirst(z + c, s, (int)left);
      storeFirst(bend + c, b, (int)left);
    }
  }
}

/** What a network does with its affine panels. */
template <class T> struct Activate {
  void (*rows)(const Shape &, T *value, T *z, ptrdiff_t stride, int rows, int columns);
  void (*twice)(const Shape &, T *value, T *z, T *bend, ptrdiff_t count);
};

/** The activation of this code; null functions if these kernels do not have it. */
template <class T> Activate<T> activationOf(int code) {
#define CASE(name)                                                                                                    \
  case ACTIVATION_##name:                                                                                             \
    return {activateRows<T, ACTIVATION_##name>, activateTwiceArray<T, ACTIVATION_##name>};
  switch (code) {
    CASE(identity)
    CASE(relu)
    CASE(leakyRelu)
    CASE(tanh)
    CASE(logistic)
    CASE(softplus)
    CASE(gelu)
    CASE(swish)
    CASE(mish)
    CASE(elu)
    CASE(hardTanh)
    CASE(softsign)
  default:
    return {nullptr, nullptr};
  }
#undef CASE
}

} // namespace
