import { holdForLife } from './life.js';
import type { RunAnswer, RunRequest } from './protocol.js';
import { computeRun, horizonOf, type Run } from './run.js';

const port = self as unknown as {
  postMessage(message: RunAnswer, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<RunRequest>) => void): void;
};

port.addEventListener('message', ({ data: { id, experiments, shares, seconds, life } }) => {
  holdForLife(life, () => port.postMessage({ kind: 'alive' }, []));
  const began = performance.now();
  for (const [index, experiment] of experiments.entries()) {
    const full = horizonOf(experiment);
    try {
      for (const share of shares) {
        const stage = performance.now();
        const run = computeRun(experiment, share === 1 ? full : full * share);
        // at rest nothing more happens: what is left is computed at once
        port.postMessage({ id, kind: 'run', index, run }, buffersOf(run));
        const spent = (performance.now() - stage) / 1000;
        if (share < 1 && spent * 10 > seconds && run.atRestSince === undefined) break;
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ id, kind: 'failed', index, message }, []);
    }
  }
  port.postMessage({ id, kind: 'done', seconds: (performance.now() - began) / 1000 }, []);
});

function buffersOf(run: Run): Transferable[] {
  const arrays = [run.t, run.states, run.loss, run.speed, run.norm, run.lyapunov, run.invariants];
  const energy = run.energy ? [run.energy.t, run.energy.residual] : [];
  const buffers = [...arrays, ...energy].flatMap((array) => (array ? [array.buffer] : []));
  return [...new Set(buffers)] as Transferable[];
}
