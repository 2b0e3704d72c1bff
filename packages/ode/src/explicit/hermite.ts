import type { Interpolant } from './tableau.js';

/**
 * The cubic through both ends with their derivatives, of order 3:
 * y(θ) = y₀ + h(θ(1−θ)²·k₁ + θ²(θ−1)·f₁) + (3θ²−2θ³)(y₁ − y₀), y₁ − y₀ = h Σ b_i k_i, f₁ stage `end`.
 */
export function hermite(b: readonly number[], end: number): Interpolant {
  const p = Array.from({ length: Math.max(b.length, end + 1) }, (_, i) => {
    const weight = b[i] ?? 0;
    return [0, 3 * weight, -2 * weight] as [number, number, number];
  });
  p[0] = [1, p[0]![1] - 2, p[0]![2] + 1];
  p[end] = [p[end]![0], p[end]![1] - 1, p[end]![2] + 1];
  return { order: 3, p };
}
