import { erf, erfc } from '@nonsmooth/kernels';
import { gaussLegendre } from '@nonsmooth/nets';
import { normal, type Key } from '@nonsmooth/tensor';
import { matrixOf, row, type Matrix } from '../matrix.js';

/**
 * A European call on the maximum of independent assets X_i = x_i·exp((r − c − σ_i²/2)T + σ_i√T W_i): the payoff
 * max(max_i X_i − K, 0) at time T, discounted by exp(−rT).
 */
export interface BasketCall {
  readonly time: number;
  readonly rate: number;
  readonly carry: number;
  readonly strike: number;
  /** σ_i, one per asset. */
  readonly volatilities: readonly number[];
}

/** log(X_i/x_i) is normal with these means and deviations. */
function logReturns({ time, rate, carry, volatilities }: BasketCall): {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
} {
  return {
    means: volatilities.map((sigma) => (rate - carry - sigma ** 2 / 2) * time),
    deviations: volatilities.map((sigma) => sigma * Math.sqrt(time)),
  };
}

/** Discounted payoffs of one path from each input: random variables whose means are the prices. */
export function discountedPayoffs(call: BasketCall, inputs: Matrix, key: Key): Matrix {
  const { rows, columns, data } = inputs;
  const { means, deviations } = logReturns(call);
  const noise = normal(key, [rows, columns]).data;
  const discount = Math.exp(-call.rate * call.time);
  return matrixOf(rows, 1, (i) => {
    let largest = 0;
    for (let j = 0; j < columns; j++) {
      const at = i * columns + j;
      const price = data[at]! * Math.exp(means[j]! + deviations[j]! * noise[at]!);
      if (price > largest) largest = price;
    }
    return [discount * Math.max(largest - call.strike, 0)];
  });
}

/** Beyond so many deviations the normal distribution has less than 10⁻¹⁷ of its mass. */
const farthest = 8.5;
/** Good to 10⁻¹² for a normal distribution function on an interval of two deviations. */
const rule = gaussLegendre(8);

/** A normal distribution of log X_i/K. */
interface LogPrice {
  readonly centre: number;
  readonly deviation: number;
}

/**
 * Prices by one-dimensional integrals: e^(−rT)·∫_K^∞ (1 − Π_i P(X_i ≤ z)) dz, with z = K·eᵘ, by Gauss–Legendre on
 * intervals of two deviations of the asset that changes fastest there.
 */
export function basketPrices(call: BasketCall, inputs: Matrix): Matrix {
  const { means, deviations } = logReturns(call);
  const { strike } = call;
  const discount = Math.exp(-call.rate * call.time);
  return matrixOf(inputs.rows, 1, (i) => {
    const assets = Array.from(row(inputs, i), (x, j): LogPrice => ({
      centre: Math.log(x / strike) + means[j]!,
      deviation: deviations[j]!,
    }));
    let integral = 0;
    for (let from = 0; from < Infinity;) {
      const to = nextStation(from, assets);
      if (to === Infinity) break;
      const half = (to - from) / 2;
      for (let n = 0; n < rule.nodes.length; n++) {
        const u = from + half * (1 + rule.nodes[n]!);
        integral += half * rule.weights[n]! * exceedance(u, assets) * Math.exp(u);
      }
      from = to;
    }
    return [discount * strike * integral];
  });
}

/** How far an asset matters: ∫ eᵘ·P(log X/K > u) du has its mass around a point one deviation² beyond the centre. */
const reach = ({ deviation }: LogPrice): number => (farthest + deviation) * deviation;

/** Where the interval from u on ends: no asset changes by more than two deviations on it; ∞ beyond all of them. */
function nextStation(u: number, assets: readonly LogPrice[]): number {
  let next = Infinity;
  for (const asset of assets) {
    const { centre, deviation } = asset;
    const [first, last] = [centre - farthest * deviation, centre + reach(asset)];
    if (u < first) next = Math.min(next, first);
    else if (u < last) next = Math.min(next, u + 2 * deviation, last);
  }
  return next;
}

/** P(X_i > K·eᵘ for some i), without cancellation. */
function exceedance(u: number, assets: readonly LogPrice[]): number {
  let logarithm = 0;
  for (const asset of assets) {
    const distance = u - asset.centre;
    if (distance > reach(asset)) continue;
    const a = distance / asset.deviation;
    if (a < -farthest) return 1;
    logarithm += Math.log1p(-upperTail(a));
    if (logarithm < -40) return 1;
  }
  return -Math.expm1(logarithm);
}

/** 1 − Φ(a); by the faster series where that cancels two digits at most. */
function upperTail(a: number): number {
  const x = a / Math.SQRT2;
  return (x < 1.6 ? 1 - erf(x) : erfc(x)) / 2;
}
