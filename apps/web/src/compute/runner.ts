import type { Experiment } from '../state/state.js';
import { lifeName, whenEnded } from './life.js';
import type { RunAnswer, RunRequest } from './protocol.js';
import type { Run } from './run.js';

/** What a caller of the runner hears. */
export interface RunListener {
  run(index: number, run: Run): void;
  failed(index: number, message: string): void;
  done(seconds: number): void;
}

/** Seconds that a longer horizon may take. */
const patience = 40;

/** Runs experiments in a worker: a new request ends the one under way. */
export class Runner {
  private worker: Worker | undefined;
  private life = '';
  private forget: () => void = () => undefined;
  private busy = false;
  private id = 0;
  private listener: RunListener | undefined;
  private alarm: ReturnType<typeof setTimeout> | undefined;

  start(
    experiments: readonly Experiment[],
    options: Pick<RunRequest, 'shares' | 'seconds'>,
    listener: RunListener,
  ): void {
    if (this.busy) this.stop();
    this.worker ??= this.made();
    this.listener = listener;
    this.busy = true;
    const request: RunRequest = { id: ++this.id, experiments, life: this.life, ...options };
    this.worker.postMessage(request, []);
    this.expect(1.5 * options.seconds, 'before its first horizon');
  }

  /** Gives up a run that is not heard of for so many seconds. */
  private expect(seconds: number, where: string): void {
    clearTimeout(this.alarm);
    this.alarm = setTimeout(() => {
      this.stop();
      this.listener?.failed(
        0,
        `The run was stopped ${where}, after ${seconds} s: fewer samples or neurons, or a shorter time, stay fluid.`,
      );
      this.listener?.done(seconds);
    }, 1000 * seconds);
  }

  private made(): Worker {
    this.life = lifeName();
    const worker = new Worker(new URL('./runner.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<RunAnswer>) => {
      if (data.kind === 'alive') {
        this.forget = whenEnded(this.life, () => this.ended());
        return;
      }
      if (data.id !== this.id) return;
      if (data.kind === 'run') {
        this.listener?.run(data.index, data.run);
        this.expect(patience, `at t = ${data.run.horizon}`);
      } else if (data.kind === 'failed') this.listener?.failed(data.index, data.message);
      else {
        this.busy = false;
        clearTimeout(this.alarm);
        this.listener?.done(data.seconds);
      }
    });
    worker.addEventListener('error', (event) => {
      this.ended(event.message);
    });
    return worker;
  }

  /** The worker is gone without having been asked to; the next request begins another one. */
  private ended(message?: string): void {
    const wasBusy = this.busy;
    this.stop();
    if (!wasBusy) return;
    this.listener?.failed(
      0,
      message || 'The worker that computes the run ended: it was stopped, or lacks memory.',
    );
    this.listener?.done(0);
  }

  /** Ends what is being computed. */
  stop(): void {
    this.forget();
    this.forget = () => undefined;
    this.worker?.terminate();
    this.worker = undefined;
    this.busy = false;
    clearTimeout(this.alarm);
  }
}
