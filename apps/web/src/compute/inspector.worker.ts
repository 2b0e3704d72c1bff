import { holdForLife } from './life.js';
import type { Experiment } from '../state/state.js';
import type { Run } from './run.js';

/** A question about gradients or about where a run goes. */
export type Question =
  | {
      readonly kind: 'risk';
      readonly experiment: Experiment;
      readonly theta: readonly number[];
      readonly neuron: number;
      /** Why nothing shall be decided: only what backward mode answers is asked for. */
      readonly undecided?: string;
    }
  | {
      readonly kind: 'program';
      readonly text: string;
      readonly point: readonly number[];
      readonly direction: readonly number[];
      readonly undecided?: string;
    }
  | { readonly kind: 'conformance' }
  | { readonly kind: 'outlook'; readonly run: Run };

/** What is posted back. */
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly message: string }
  | { readonly alive: true };

const port = self as unknown as {
  postMessage(message: Reply, transfer: Transferable[]): void;
  addEventListener(
    type: 'message',
    listener: (event: MessageEvent<{ id: number; question: Question; life: string }>) => void,
  ): void;
};

port.addEventListener('message', ({ data: { id, question, life } }) => {
  holdForLife(life, () => port.postMessage({ alive: true }, []));
  void answer(question).then(
    (found) => port.postMessage({ id, answer: found }, []),
    (error: unknown) =>
      port.postMessage({ id, message: error instanceof Error ? error.message : String(error) }, []),
  );
});

async function answer(question: Question): Promise<unknown> {
  const {
    answersOfProgram,
    answersOfRisk,
    conformanceTable,
    inspectProgram,
    inspectRisk,
    outlookOf,
  } = await import('./inspect.js');
  switch (question.kind) {
    case 'risk':
      return question.undecided === undefined
        ? inspectRisk(question.experiment, question.theta, question.neuron)
        : answersOfRisk(question.experiment, question.theta, question.undecided);
    case 'program':
      return question.undecided === undefined
        ? inspectProgram(question.text, question.point, question.direction)
        : answersOfProgram(question.text, question.point, question.undecided);
    case 'conformance':
      return conformanceTable();
    case 'outlook':
      return outlookOf(question.run);
  }
}
