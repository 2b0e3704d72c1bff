import { lanewise, logistic, normalDensity, normalDistribution, softplus } from './elementary';
import { VECTOR, splat } from './simd';

// In the order of activationNames in src/activation.ts.
const IDENTITY = 0;
const RELU = 1;
const LEAKY_RELU = 2;
const TANH = 3;
const LOGISTIC = 4;
const SOFTPLUS = 5;
const GELU = 6;
const SWISH = 7;
const MISH = 8;
const ELU = 9;
const SOFTSIGN = 10;

/** Values A(z) to `out` and slopes A'(z) over z, for `size` bytes. */
export function activate<T>(
  activation: i32,
  parameter: f64,
  kink: f64,
  out: usize,
  z: usize,
  size: usize,
): void {
  switch (activation) {
    case IDENTITY: {
      loop<T>(IDENTITY, parameter, kink, out, z, size);
      break;
    }
    case RELU: {
      loop<T>(RELU, 0, kink, out, z, size);
      break;
    }
    case LEAKY_RELU: {
      loop<T>(LEAKY_RELU, parameter, kink, out, z, size);
      break;
    }
    case TANH: {
      loop<T>(TANH, parameter, kink, out, z, size);
      break;
    }
    case LOGISTIC: {
      loop<T>(LOGISTIC, parameter, kink, out, z, size);
      break;
    }
    case SOFTPLUS: {
      loop<T>(SOFTPLUS, parameter, kink, out, z, size);
      break;
    }
    case GELU: {
      loop<T>(GELU, parameter, kink, out, z, size);
      break;
    }
    case SWISH: {
      loop<T>(SWISH, parameter, kink, out, z, size);
      break;
    }
    case MISH: {
      loop<T>(MISH, parameter, kink, out, z, size);
      break;
    }
    case ELU: {
      loop<T>(ELU, parameter, kink, out, z, size);
      break;
    }
    case SOFTSIGN: {
      loop<T>(SOFTSIGN, parameter, kink, out, z, size);
      break;
    }
    default:
      unreachable();
  }
}

// @ts-ignore: decorator
@inline
function loop<T>(
  activation: i32,
  parameter: f64,
  kink: f64,
  out: usize,
  z: usize,
  size: usize,
): void {
  const end = z + size;
  for (; z < end; z += VECTOR) {
    const x = v128.load(z);
    if (activation == RELU) relu<T>(x, kink, out, z);
    else if (activation == LEAKY_RELU) leakyRelu<T>(x, parameter, kink, out, z);
    else if (activation == SOFTSIGN) softsign<T>(x, out, z);
    else if (activation == IDENTITY) {
      v128.store(out, x);
      v128.store(z, splat<T>(1));
    } else if (activation == TANH) {
      v128.store(out, lanewise<T>((x) => NativeMath.tanh(x), x));
      v128.store(z, lanewise<T>((x) => 1 - NativeMath.tanh(x) * NativeMath.tanh(x), x));
    } else if (activation == LOGISTIC) {
      v128.store(out, lanewise<T>(logistic, x));
      v128.store(z, lanewise<T>((x) => logistic(x) * logistic(-x), x));
    } else if (activation == SOFTPLUS) {
      v128.store(out, lanewise<T>(softplus, x));
      v128.store(z, lanewise<T>(logistic, x));
    } else if (activation == GELU) {
      v128.store(out, lanewise<T>((x) => x * normalDistribution(x), x));
      v128.store(z, lanewise<T>((x) => normalDistribution(x) + x * normalDensity(x), x));
    } else if (activation == SWISH) {
      v128.store(out, lanewise<T>((x) => x * logistic(x), x));
      v128.store(z, lanewise<T>((x) => logistic(x) * (1 + x * logistic(-x)), x));
    } else if (activation == MISH) {
      v128.store(out, lanewise<T>((x) => x * NativeMath.tanh(softplus(x)), x));
      v128.store(
        z,
        lanewise<T>((x) => {
          const t = NativeMath.tanh(softplus(x));
          return t + x * logistic(x) * (1 - t) * (1 + t);
        }, x),
      );
    } else if (activation == ELU) elu<T>(x, parameter, kink, out, z);
    out += VECTOR;
  }
}

/** x where positive, 0 where negative or zero, NaN where NaN. */
// @ts-ignore: decorator
@inline
function relu<T>(x: v128, kink: f64, out: usize, slope: usize): void {
  const zero = v128.splat<T>(<T>0);
  v128.store(out, v128.pmax<T>(x, zero));
  v128.store(slope, stepAtZero<T>(x, zero, splat<T>(kink)));
}

/** 1 for x > 0, atZero for x = 0, below for x < 0, NaN for NaN. */
// @ts-ignore: decorator
@inline
function stepAtZero<T>(x: v128, below: v128, atZero: v128): v128 {
  const zero = v128.splat<T>(<T>0);
  const negative = v128.bitselect(below, x, v128.lt<T>(x, zero));
  const rest = v128.bitselect(atZero, negative, v128.eq<T>(x, zero));
  return v128.bitselect(splat<T>(1), rest, v128.gt<T>(x, zero));
}

// @ts-ignore: decorator
@inline
function leakyRelu<T>(x: v128, parameter: f64, kink: f64, out: usize, slope: usize): void {
  const zero = v128.splat<T>(<T>0);
  const steepness = splat<T>(parameter);
  v128.store(out, v128.bitselect(x, v128.mul<T>(x, steepness), v128.gt<T>(x, zero)));
  v128.store(slope, stepAtZero<T>(x, steepness, splat<T>(parameter + (1 - parameter) * kink)));
}

// @ts-ignore: decorator
@inline
function elu<T>(x: v128, parameter: f64, kink: f64, out: usize, slope: usize): void {
  const alpha = splat<T>(parameter);
  const positive = v128.gt<T>(x, v128.splat<T>(<T>0));
  const below = v128.mul<T>(alpha, lanewise<T>((x) => NativeMath.expm1(x), x));
  const steep = v128.mul<T>(alpha, lanewise<T>((x) => NativeMath.exp(x), x));
  v128.store(out, v128.bitselect(x, below, positive));
  v128.store(slope, stepAtZero<T>(x, steep, splat<T>(parameter + (1 - parameter) * kink)));
}

// @ts-ignore: decorator
@inline
function softsign<T>(x: v128, out: usize, slope: usize): void {
  const one = splat<T>(1);
  const d = v128.add<T>(one, v128.abs<T>(x));
  v128.store(out, v128.div<T>(x, d));
  v128.store(slope, v128.div<T>(one, v128.mul<T>(d, d)));
}
