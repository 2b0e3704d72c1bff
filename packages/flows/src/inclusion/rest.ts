import type { IntegrationOptions } from '@nonsmooth/ode';

/**
 * When a flow is at rest as far as the tolerance can tell: nothing is left of the forces but rounding, or what is left
 * of its way is below the tolerance: as long as the speed falls at the rate of the last tenfold fall, that is its speed
 * over this rate.
 */
export class RestRule {
  private readonly rtol: number;
  private readonly atol: number;
  private readonly horizon: number;
  private fallFrom = 0;
  private fallSince = 0;
  private rate = 0;

  constructor({ rtol = 1e-3, atol = 1e-6 }: IntegrationOptions, horizon: number) {
    this.rtol = rtol;
    this.atol = typeof atol === 'number' ? atol : Math.min(...Array.from(atol));
    this.horizon = horizon;
  }

  /** The size of changes that the tolerance does not see. */
  tolerance(x: Float64Array): number {
    let largest = 0;
    for (const entry of x) largest = Math.max(largest, Math.abs(entry));
    return this.atol + this.rtol * largest;
  }

  /** After a decision the speed may jump. */
  restart(): void {
    this.fallFrom = 0;
    this.rate = 0;
  }

  /** Whether to stop at s; `clock` is dt/ds. */
  isOver(s: number, x: Float64Array, speed: number, forces: number, clock: number): boolean {
    if (speed <= 1e-13 * forces) return true;
    const tolerance = this.tolerance(x);
    if (speed * clock * (this.horizon - s) <= 0.1 * tolerance && clock === 1) return true;
    if (this.fallFrom === 0 || speed > this.fallFrom) {
      [this.fallFrom, this.fallSince] = [speed, s];
      return false;
    }
    if (speed <= this.fallFrom / 10) {
      this.rate = Math.log(this.fallFrom / speed) / ((s - this.fallSince) * clock);
      [this.fallFrom, this.fallSince] = [speed, s];
    }
    return this.rate > 0 && speed / this.rate <= tolerance;
  }
}
