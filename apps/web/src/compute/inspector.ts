import type { ConformanceRow } from '@nonsmooth/subgradient';
import type { Inspection, Outlook, ProgramInspection } from './inspect.js';
import type { Question, Reply } from './inspector.worker.js';

interface Answers {
  readonly risk: Inspection;
  readonly program: ProgramInspection;
  readonly conformance: ConformanceRow[];
  readonly outlook: Outlook;
}

let worker: Worker | undefined;
let id = 0;
const waiting = new Map<
  number,
  { resolve: (answer: never) => void; reject: (error: Error) => void }
>();

/** Asks the worker for gradients, which is begun with the first question. */
export function ask<Q extends Question>(question: Q): Promise<Answers[Q['kind']]> {
  worker ??= made();
  const number = ++id;
  worker.postMessage({ id: number, question }, []);
  return new Promise((resolve, reject) => {
    waiting.set(number, { resolve, reject });
  });
}

function made(): Worker {
  const one = new Worker(new URL('./inspector.worker.ts', import.meta.url), { type: 'module' });
  one.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (!asked) return;
    if ('message' in data) asked.reject(new Error(data.message));
    else asked.resolve(data.answer as never);
  });
  one.addEventListener('error', ({ message }) => {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(new Error(message || 'the worker ended'));
    waiting.clear();
  });
  return one;
}
