import { checkedSaveAt } from '@nonsmooth/ode';
import { norm2, VectorBlock } from '@nonsmooth/core';
import type { FlowProgress } from './checkpoint.js';
import type { Flow } from './flow.js';
import { StateList } from './state-list.js';

/** What is recorded of a step: its end, and the states on it. */
export interface RecordedStep {
  end: number;
  y: Float64Array;
  /** Θ_t at a time t on the step. */
  readonly stateAt: (t: number, out: Float64Array) => Float64Array;
  /** ∫₀ᵗ ‖Θ'‖² there. */
  readonly dissipatedAt: (t: number) => number;
}

/** What is recorded about states. */
interface RecordedField {
  velocity(t: number, theta: Float64Array, out: Float64Array): number;
}

/** Saves states with their loss and speed, at every step or at chosen times. */
export class Recorder {
  /** What is saved so far. */
  readonly records: FlowProgress['saved'] & {
    readonly t: number[];
    readonly y: readonly Float64Array[];
    readonly loss: number[];
    readonly speed: number[];
    readonly dissipated: number[];
  };
  private readonly states: StateList;
  /** The loss at the start, if that is saved. */
  readonly initialLoss: number | undefined;
  /** How many of `saveAt` are past. */
  past: number;
  private readonly field: RecordedField;
  private readonly times: Float64Array | undefined;
  private readonly velocity: Float64Array;
  private readonly between: Float64Array;

  /** `past` of the times, and the start, were saved before if that is given. @throws ArgumentError for `saveAt` */
  constructor(
    field: RecordedField,
    theta0: Float64Array,
    horizon: number,
    saveAt?: ArrayLike<number>,
    past?: number,
  ) {
    const n = theta0.length;
    const block = new VectorBlock(2 * n);
    this.states = new StateList(saveAt?.length);
    this.records = { t: [], y: this.states.states, loss: [], speed: [], dissipated: [] };
    this.field = field;
    this.times = saveAt === undefined ? undefined : checkedSaveAt(saveAt, 0, horizon);
    this.velocity = block.next(n);
    this.between = block.next(n);
    this.past = past ?? 0;
    const { times } = this;
    if (past === undefined) {
      if (!times) this.save(0, theta0, 0);
      else for (; times[this.past] === 0; this.past++) this.save(0, theta0, 0);
    }
    this.initialLoss = this.records.loss.at(-1);
  }

  private save(time: number, theta: Float64Array, lost: number): void {
    const { records, field, velocity } = this;
    records.dissipated.push(lost);
    records.t.push(time);
    this.states.add(theta);
    records.loss.push(field.velocity(time, theta, velocity));
    records.speed.push(norm2(velocity));
  }

  /** Returns the loss at the end of the step, if that is saved. */
  step({ end, y, stateAt, dissipatedAt }: RecordedStep): number | undefined {
    const { times, between, records } = this;
    if (!times) {
      this.save(end, y, dissipatedAt(end));
      return records.loss.at(-1);
    }
    for (; times[this.past]! < end; this.past++) {
      const time = times[this.past]!;
      this.save(time, stateAt(time, between), dissipatedAt(time));
    }
    if (times[this.past] !== end) return undefined;
    for (; times[this.past] === end; this.past++) this.save(end, y, dissipatedAt(end));
    return records.loss.at(-1);
  }

  speedAt(time: number, theta: Float64Array): number {
    const { field, velocity } = this;
    field.velocity(time, theta, velocity);
    return norm2(velocity);
  }

  result(): Pick<Flow, 't' | 'y' | 'loss' | 'speed' | 'dissipated'> {
    const { t, y, loss, speed, dissipated } = this.records;
    return {
      t: new Float64Array(t),
      y,
      loss: new Float64Array(loss),
      speed: new Float64Array(speed),
      dissipated: new Float64Array(dissipated),
    };
  }
}
