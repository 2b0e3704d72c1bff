import type { Settings } from '../options.js';
import type { Stepper } from '../method.js';
import type { Trial } from './plan.js';
import type { Progress } from './progress.js';

/** Chooses the size of each step from the errors of the steps before. */
export class StepSize {
  readonly #settings: Settings;
  readonly #progress: Progress;
  readonly #stepper: Stepper;

  constructor(settings: Settings, progress: Progress, stepper: Stepper) {
    this.#settings = settings;
    this.#progress = progress;
    this.#stepper = stepper;
  }

  /** At most what the options and the method allow. */
  limited(h: number): number {
    const { maxStep } = this.#settings;
    const most = typeof maxStep === 'number' ? maxStep : Infinity;
    return Math.min(h, most, this.#stepper.longestStep ?? Infinity);
  }

  /** After a rejected step. */
  shorten(trial: Trial): void {
    this.#progress.h = this.limited(trial.h * this.#factorAfter(false, trial.error));
    this.#progress.rejectedBefore = true;
  }

  /** After an accepted step, which may have been shorter than proposed. */
  propose({ h, error, short }: Trial): void {
    const progress = this.#progress;
    // asked for with fixed steps too: methods of variable order choose it on the way
    const proposed = h * this.#factorAfter(true, error);
    if (this.#settings.fixedStep === undefined) {
      // A step that had to end at a given time says little about the size that the solution allows.
      progress.h = this.limited(short ? Math.max(proposed, progress.h) : proposed);
    }
    progress.rejectedBefore = false;
    progress.history.beforePrevious = progress.history.previous;
    progress.history.previous = error;
    progress.previousStep = h;
  }

  /** The factor from the step just tried to the next. */
  #factorAfter(accepted: boolean, error: number): number {
    const own = this.#stepper.ownFactor?.(accepted, error);
    if (own !== undefined) return own;
    const { controller } = this.#settings;
    const { safety, smallestFactor, largestFactor } = controller;
    // A step that is not finite anywhere says nothing but that it was too long.
    if (!Number.isFinite(error)) return smallestFactor;
    const { history, rejectedBefore } = this.#progress;
    history.error = error;
    let factor = safety * controller.propose(history, this.#stepper.errorExponent);
    if (!accepted) factor = Math.min(factor, safety);
    else if (rejectedBefore) factor = Math.min(factor, 1);
    return Math.min(largestFactor, Math.max(smallestFactor, factor));
  }
}
