import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Answer } from '../compute/inspect.js';
import { setNames } from '../compute/explain.js';
import { short } from '../draw/frame.js';

const verdictWords: { readonly [Verdict in Answer['verdict']]: string } = {
  gradient: 'the gradient',
  frechet: 'a Fréchet subgradient',
  bouligand: 'a Bouligand subgradient',
  limiting: 'a limiting subgradient',
  clarke: 'a Clarke subgradient',
  none: 'no generalized gradient',
  undecided: 'undecided',
};

const sets = ['frechet', 'limiting', 'bouligand', 'clarke'] as const;

interface AnswersProps {
  readonly answers: readonly Answer[];
  /** The entries of gradients that are shown, by their names. */
  readonly entries: readonly (readonly [string, number])[];
  /** Without the proofs. */
  readonly small?: boolean;
}

/** What backward mode answers under each choice, and what that is. */
export function Answers({ answers, entries, small = false }: AnswersProps): JSX.Element {
  const chosen = useSignal(0);
  const shown = answers[Math.min(chosen.value, answers.length - 1)]!;
  return (
    <>
      <div
        class="scroll wide-table"
        tabIndex={0}
        role="region"
        aria-label="Answers of backward mode"
      >
        <table class="answers">
          <thead>
            <tr>
              <th scope="col">choice at kinks</th>
              {entries.map(([name]) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
              <th scope="col">the answer is</th>
              {sets.map((set) => (
                <th scope="col" key={set}>
                  {setNames[set]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {answers.map((answer, i) => (
              <tr key={answer.name} class={i === chosen.value ? 'chosen' : undefined}>
                <th scope="row">
                  <button
                    type="button"
                    class="link"
                    aria-pressed={i === chosen.value}
                    aria-label={`${answer.name}: show the proof`}
                    onClick={() => (chosen.value = i)}
                  >
                    {answer.name}
                  </button>
                </th>
                {entries.map(([name, index]) => (
                  <td key={name} class="number">
                    {short(answer.gradient[index]!, 4)}
                  </td>
                ))}
                <td class={answer.verdict === 'none' ? 'bad' : undefined}>
                  {verdictWords[answer.verdict]}
                </td>
                {sets.map((set) => (
                  <td key={set} class={answer.memberships[set]}>
                    {answer.memberships[set] === 'undecided' ? '?' : answer.memberships[set]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {small ? null : (
        <>
          <p class="note">PyTorch, JAX and TensorFlow take relu′(0) = 0.</p>
          <Proof shown={shown} />
        </>
      )}
    </>
  );
}

/** The certificate of an answer in words. */
function Proof({ shown }: { readonly shown: Answer }): JSX.Element {
  return (
    <div class="proof" aria-live="polite">
      <h3>
        Why {shown.name} gives {verdictWords[shown.verdict]}
      </h3>
      <dl>
        {merged(shown.explanations).map(({ names, answer, words }) => (
          <div key={names}>
            <dt>
              {answer}: {names}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <p class="note">
        {shown.verified
          ? 'The certificate was read back from JSON and checked by verify.'
          : 'Nothing to check, or not checked.'}{' '}
        Data model: {shown.model}.{' '}
        <button
          type="button"
          class="link"
          onClick={() => void navigator.clipboard?.writeText(shown.certificate)}
        >
          Copy the certificate
        </button>
      </p>
    </div>
  );
}

/** Sets with the same answer for the same reason, once. */
function merged(
  explanations: Answer['explanations'],
): { names: string; answer: string; words: string }[] {
  const rows: { names: string; answer: string; words: string }[] = [];
  for (const { set, answer, words } of explanations) {
    const same = rows.find((row) => row.answer === answer && row.words === words);
    if (same) same.names += `, ${setNames[set]}`;
    else rows.push({ names: setNames[set], answer, words });
  }
  return rows;
}

/** Whether an answer is in Clarke's set. */
export function isIn(answer: Answer): boolean | undefined {
  const { clarke } = answer.memberships;
  return clarke === 'undecided' ? undefined : clarke === 'in';
}
