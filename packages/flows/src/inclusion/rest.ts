import type { IntegrationOptions } from '@nonsmooth/ode';

/**
 * When a flow is at rest as far as the tolerance can tell: nothing is left of the forces but rounding, or what is left
 * of its way is below the tolerance: as long as the speed falls at the rate of the last tenfold fall, that is its speed
 * over this rate.
 */
export class RestRule {
  /** The share of a state that steps may be off by. */
  readonly rtol: number;
  private readonly atol: number;
  private readonly horizon: number;
  private fallFrom = 0;
  private fallSince = 0;
  private rate = 0;
  private changedAt = -Infinity;

  constructor({ rtol = 1e-3, atol = 1e-6 }: IntegrationOptions, horizon: number) {
    this.rtol = rtol;
    this.atol = typeof atol === 'number' ? atol : least(atol);
    this.horizon = horizon;
  }

  /** What it has seen so far. */
  get state(): { fallFrom: number; fallSince: number; rate: number; changedAt: number } {
    const { fallFrom, fallSince, rate, changedAt } = this;
    return { fallFrom, fallSince, rate, changedAt };
  }

  set state({ fallFrom, fallSince, rate, changedAt }) {
    [this.fallFrom, this.fallSince, this.rate] = [fallFrom, fallSince, rate];
    this.changedAt = changedAt;
  }

  /** The size of changes that the tolerance does not see. */
  tolerance(x: Float64Array): number {
    let largest = 0;
    for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]!));
    return this.atol + this.rtol * largest;
  }

  /** Another pattern holds from s on: how fast the speed falls shows after the time of the last fall at the soonest. */
  changed(s: number): void {
    this.changedAt = s;
  }

  /** The speed is another one with another pattern: that is no part of its fall. */
  jumped(before: number, after: number): void {
    if (before > 0 && after < before) this.fallFrom *= after / before;
  }

  /** Whether to stop at s, at this speed under these forces; `clock` is dt/ds and h the last whole step. */
  isOver(
    s: number,
    x: Float64Array,
    speed: number,
    forces: number,
    clock: number,
    h: number,
  ): boolean {
    if (speed <= 1e-13 * forces) return true;
    const tolerance = this.tolerance(x);
    if (speed * clock * (this.horizon - s) <= 0.1 * tolerance && clock === 1) return true;
    if (this.fallFrom === 0 || speed > this.fallFrom) {
      [this.fallFrom, this.fallSince] = [speed, s];
    } else if (speed <= this.fallFrom / 10) {
      this.rate = Math.log(this.fallFrom / speed) / (s - this.fallSince);
      [this.fallFrom, this.fallSince] = [speed, s];
    }
    // it has not fallen tenfold since
    const rate = Math.min(this.rate, Math.LN10 / (s - this.fallSince));
    if (!(rate > 0) || (speed * clock) / rate > tolerance) return false;
    // forces that move a step by less than the tolerance are noise of the integration
    return (s - this.changedAt) * rate >= 1 || speed * clock * h <= tolerance;
  }
}

function least(x: ArrayLike<number>): number {
  let smallest = Infinity;
  for (let i = 0; i < x.length; i++) smallest = Math.min(smallest, x[i]!);
  return smallest;
}
