import { useSignal, useSignalEffect } from '@preact/signals';
import type { ConformanceRow } from '@nonsmooth/subgradient';
import type { JSX } from 'preact';
import type { ProgramInspection } from '../compute/inspect.js';
import { ask, askOrShowAnswers } from '../compute/inspector.js';
import { drawGradientSet, drawSlopes } from '../draw/gradient-set.js';
import { short } from '../draw/frame.js';
import { change, state } from '../state/store.js';
import { Answers, isIn } from './answers.js';
import { Select, TextField } from './fields.js';
import { Figure } from './figure.js';
import type { TabProps } from './tabs.js';

/** Programs that show what constants at kinks can do. */
export const examples: readonly (readonly [string, string, readonly number[]])[] = [
  ['relu(x) - relu(-x)', 'the identity, written with two kinks', [0]],
  ['relu(x)', 'a convex kink', [0]],
  ['-abs(x)', 'a concave kink', [0]],
  ['(relu(x) - 1)^2 + (relu(2*x)/2 + 1)^2', 'one input twice, two targets', [0]],
  ['(relu(x) + 1)^2 + (relu(-x) - 1)^2', 'two neurons without bias', [0]],
  ['relu(relu(x)) - relu(-relu(x))', 'two layers without bias', [0]],
  ['max(x, y) - relu(y)', 'a piecewise linear function of two inputs', [0, 0]],
  ['relu(y) - relu(y - x^2)', 'tangent kinks: first order cannot decide', [0, 0]],
  ['abs(x - 1) / 4 + abs(y - 2*abs(x) + 1)', 'Nesterov’s nonsmooth Rosenbrock function', [0, -1]],
];

/** Programs of one line: what is answered at a point, and what that is. */
export function ProgramsTab({ small = false }: TabProps): JSX.Element {
  const { expression, point, direction } = state.value;
  const found = useSignal<ProgramInspection | undefined>(undefined);
  const wrong = useSignal('');

  useSignalEffect(() => {
    const now = state.value;
    let isLast = true;
    const question = {
      kind: 'program',
      text: now.expression,
      point: now.point,
      direction: now.direction,
    } as const;
    askOrShowAnswers(question).then(
      (inspection) => {
        if (!isLast) return;
        found.value = inspection;
        wrong.value = '';
      },
      (error: Error) => {
        if (isLast) wrong.value = error.message;
      },
    );
    return () => void (isLast = false);
  });

  const numbers = (text: string): number[] | undefined => {
    const values = text
      .replaceAll('−', '-')
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map(Number);
    return values.length > 0 && values.length <= 2 && values.every(Number.isFinite)
      ? values
      : undefined;
  };
  const inspection = found.value;
  const flat = inspection?.dimension === 2;
  return (
    <>
      <div class="program">
        {small ? null : (
          <Select
            wide
            label="examples"
            value={examples.some(([text]) => text === expression) ? expression : ''}
            options={[
              ['', 'own formula'],
              ...examples.map(([text, name]) => [text, name] as const),
            ]}
            onChange={(text) => {
              const example = examples.find(([one]) => one === text);
              if (example)
                change({
                  expression: text,
                  point: example[2],
                  direction: example[2].map((_, i) => (i === 0 ? 1 : 0)),
                });
            }}
          />
        )}
        <TextField
          wide
          label="f(x), or f(x, y)"
          value={expression}
          onChange={(text) => {
            change({ expression: text });
            return undefined;
          }}
        />
        <TextField
          label="at the point"
          value={point.join(', ')}
          onChange={(text) => {
            const values = numbers(text);
            if (!values) return 'one or two numbers, such as 0, 0';
            change({ point: values });
            return undefined;
          }}
        />
        <TextField
          label="direction"
          value={direction.join(', ')}
          onChange={(text) => {
            const values = numbers(text);
            if (!values?.some((value) => value !== 0)) return 'one or two numbers, not all 0';
            change({ direction: values });
            return undefined;
          }}
        />
      </div>
      {wrong.value ? <p role="alert">{wrong.value}</p> : null}
      {inspection && !wrong.value ? (
        <div class="two">
          <div>
            <p>
              f = {short(inspection.value, 4)} here;{' '}
              {inspection.undecided
                ? `undecided: ${inspection.undecided}.`
                : inspection.kinks.length === 0
                  ? `no kink is active, and none becomes so within ${short(inspection.radius)}.`
                  : `${inspection.kinks.length === 1 ? '1 kink is' : `${inspection.kinks.length} kinks are`} active: ${[...new Set(inspection.kinks.map(({ op }) => op))].join(', ')}.`}
            </p>
            <Answers
              small={small}
              answers={inspection.answers}
              entries={
                flat
                  ? [
                      ['∂x', 0],
                      ['∂y', 1],
                    ]
                  : [['f′', 0]]
              }
            />
          </div>
          <div>
            {inspection.dimension === 1 ? (
              <Figure
                name="slopes"
                title="The function"
                label="Graph of the function around the point with the answered slopes"
                height={230}
                draw={(pen, theme, width, height) =>
                  drawSlopes(pen, theme, width, height, {
                    curve: inspection.curve,
                    point: inspection.point[0]!,
                    value: inspection.value,
                    slopes: inspection.answers.map((answer) => ({
                      slope: answer.gradient[0]!,
                      isIn: isIn(answer),
                    })),
                  })
                }
              />
            ) : null}
            <h3>Clarke's set and the answers</h3>
            <Figure
              name="set"
              title="Clarke's set"
              label="Clarke's set at the point, with the answers of backward mode"
              height={flat ? 300 : 150}
              draw={(pen, theme, width, height) =>
                drawGradientSet(pen, theme, width, height, {
                  corners:
                    inspection.generators ??
                    (inspection.kinks.length === 0 ? [inspection.answers[0]!.gradient] : []),
                  answers: inspection.answers.map((answer) => ({
                    name: answer.name,
                    at: answer.gradient,
                    isIn: isIn(answer),
                  })),
                  labels: flat ? ['∂x', '∂y'] : ['f′'],
                })
              }
            />
            <p class="note">
              {inspection.generators === undefined && inspection.kinks.length > 0
                ? 'The set is not known here. '
                : ''}
              Disc: in Clarke's set. Cross: outside. Ring: undecided.
            </p>
          </div>
        </div>
      ) : null}
      {small ? null : <Conformance />}
    </>
  );
}

/** The programs with known subdifferentials, under each choice. */
function Conformance(): JSX.Element {
  const rows = useSignal<readonly ConformanceRow[] | undefined>(undefined);
  const asked = useSignal(false);
  return (
    <details
      class="conformance"
      onToggle={(event) => {
        if (!event.currentTarget.open || asked.value) return;
        asked.value = true;
        void ask({ kind: 'conformance' }).then((table) => (rows.value = table));
      }}
    >
      <summary>The conformance table: all programs with known subdifferentials</summary>
      {rows.value ? (
        <div class="scroll wide-table" tabIndex={0} role="region" aria-label="Conformance table">
          <table>
            <thead>
              <tr>
                <th scope="col">choice at kinks</th>
                <th scope="col">programs</th>
                <th scope="col">generalized gradients</th>
                <th scope="col">others</th>
                <th scope="col">where it answers something else</th>
              </tr>
            </thead>
            <tbody>
              {rows.value.map((row) => (
                <tr key={row.library}>
                  <th scope="row">{row.library}</th>
                  <td class="number">{row.programs}</td>
                  <td class="number">{row.right}</td>
                  <td class="number">{row.wrong + row.undecided + row.failed}</td>
                  <td>{row.wrongPrograms.join(', ') || 'nowhere'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p class="note">Computing.</p>
      )}
    </details>
  );
}
