import type { Experiment } from '../state/state.js';
import type { Run } from './run.js';

/** A question about gradients or about where a run goes. */
export type Question =
  | {
      readonly kind: 'risk';
      readonly experiment: Experiment;
      readonly theta: readonly number[];
      readonly neuron: number;
    }
  | {
      readonly kind: 'program';
      readonly text: string;
      readonly point: readonly number[];
      readonly direction: readonly number[];
    }
  | { readonly kind: 'conformance' }
  | { readonly kind: 'outlook'; readonly run: Run };

/** What is posted back. */
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly message: string };

const port = self as unknown as {
  postMessage(message: Reply, transfer: Transferable[]): void;
  addEventListener(
    type: 'message',
    listener: (event: MessageEvent<{ id: number; question: Question }>) => void,
  ): void;
};

port.addEventListener('message', ({ data: { id, question } }) => {
  void answer(question).then(
    (found) => port.postMessage({ id, answer: found }, []),
    (error: unknown) =>
      port.postMessage({ id, message: error instanceof Error ? error.message : String(error) }, []),
  );
});

async function answer(question: Question): Promise<unknown> {
  const { conformanceTable, inspectProgram, inspectRisk, outlookOf } = await import('./inspect.js');
  switch (question.kind) {
    case 'risk':
      return inspectRisk(question.experiment, question.theta, question.neuron);
    case 'program':
      return inspectProgram(question.text, question.point, question.direction);
    case 'conformance':
      return conformanceTable();
    case 'outlook':
      return outlookOf(question.run);
  }
}
