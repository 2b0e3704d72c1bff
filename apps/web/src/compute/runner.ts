import type { Experiment } from '../state/state.js';
import type { RunAnswer, RunRequest } from './protocol.js';
import type { Run } from './run.js';

/** What a caller of the runner hears. */
export interface RunListener {
  run(index: number, run: Run): void;
  failed(index: number, message: string): void;
  done(seconds: number): void;
}

/** Runs experiments in a worker: a new request ends the one under way. */
export class Runner {
  private worker: Worker | undefined;
  private busy = false;
  private id = 0;
  private listener: RunListener | undefined;

  start(
    experiments: readonly Experiment[],
    options: Pick<RunRequest, 'preview' | 'seconds'>,
    listener: RunListener,
  ): void {
    // a preview is short: the next one waits for it, which keeps up with a pointer
    if (this.busy && !options.preview) this.stop();
    this.worker ??= this.made();
    this.listener = listener;
    this.busy = true;
    const request: RunRequest = { id: ++this.id, experiments, ...options };
    this.worker.postMessage(request, []);
  }

  private made(): Worker {
    const worker = new Worker(new URL('./runner.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<RunAnswer>) => {
      if (data.id !== this.id) return;
      if (data.kind === 'run') this.listener?.run(data.index, data.run);
      else if (data.kind === 'failed') this.listener?.failed(data.index, data.message);
      else {
        this.busy = false;
        this.listener?.done(data.seconds);
      }
    });
    worker.addEventListener('error', (event) => {
      this.stop();
      this.listener?.failed(0, event.message || 'the worker ended');
      this.listener?.done(0);
    });
    return worker;
  }

  /** Ends what is being computed. */
  stop(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.busy = false;
  }
}
