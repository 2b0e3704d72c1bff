/** f on every lane. */
export function lanewise<T>(f: (x: f64) => f64, x: v128): v128 {
  if (sizeof<T>() == 8) {
    const y = f64x2.splat(f(f64x2.extract_lane(x, 0)));
    return f64x2.replace_lane(y, 1, f(f64x2.extract_lane(x, 1)));
  } else {
    let y = f32x4.splat(<f32>f(<f64>f32x4.extract_lane(x, 0)));
    y = f32x4.replace_lane(y, 1, <f32>f(<f64>f32x4.extract_lane(x, 1)));
    y = f32x4.replace_lane(y, 2, <f32>f(<f64>f32x4.extract_lane(x, 2)));
    return f32x4.replace_lane(y, 3, <f32>f(<f64>f32x4.extract_lane(x, 3)));
  }
}

export function logistic(x: f64): f64 {
  if (x >= 0) return 1 / (1 + NativeMath.exp(-x));
  const e = NativeMath.exp(x);
  return e / (1 + e);
}

export function softplus(x: f64): f64 {
  return max<f64>(x, 0) + NativeMath.log1p(NativeMath.exp(-abs(x)));
}

function erf(x: f64): f64 {
  const size = abs(x);
  if (size >= 2) return copysign<f64>(1 - erfc(size), x);
  let term = size;
  let sum = size;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * size * size) / <f64>(2 * n + 1);
    sum += term;
  }
  return copysign<f64>(1.1283791670955126 * NativeMath.exp(-size * size) * sum, x);
}

function erfc(x: f64): f64 {
  if (!(x >= 2)) return 1 - erf(x);
  if (x > 27.3) return 0;
  let tail = x;
  for (let n = 120; n >= 1; n--) tail = x + <f64>n / 2 / tail;
  return (NativeMath.exp(-x * x) * 0.5641895835477563) / tail;
}

export function normalDistribution(x: f64): f64 {
  const y = x * NativeMath.SQRT1_2;
  return x < 0 ? erfc(-y) / 2 : (1 + erf(y)) / 2;
}

export function normalDensity(x: f64): f64 {
  return 0.3989422804014327 * NativeMath.exp(-0.5 * x * x);
}
