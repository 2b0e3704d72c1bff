import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { change, problem, state } from '../state/store.js';
import { ownPoints } from '../state/own.js';

const mostRows = 60;

/** Changes one number of one sample. @returns whether the samples can be changed one by one. */
export function moveSample(
  sample: number,
  at: readonly number[],
  target: number,
  preview: boolean,
): void {
  const own = ownPoints();
  change(
    {
      ...own,
      inputs: own.inputs.map((row, s) => (s === sample ? [...at] : row)),
      targets: own.targets.map((value, s) => (s === sample ? target : value)),
    },
    { preview },
  );
}

/** The samples as numbers: to read, to change, to bring as a file. */
export function SampleTable(): JSX.Element | null {
  const samples = problem.value?.samples;
  const wrong = useSignal('');
  if (!samples) return null;
  const { inputs, targets } = samples;
  const flat = inputs[0]?.length === 2;
  const columns = flat ? ['x₁', 'x₂', 'y'] : ['x', 'y'];

  async function take(file: File | undefined): Promise<void> {
    if (!file) return;
    wrong.value = '';
    try {
      const { readPoints } = await import('../data/read-points.js');
      const { inputs: rows, targets: values } = readPoints(await file.text());
      const { widths } = state.peek();
      change({
        data: 'points',
        inputs: rows,
        targets: values,
        widths: [rows[0]!.length, ...widths.slice(1)],
        preset: '',
      });
    } catch (error) {
      wrong.value = error instanceof Error ? error.message : String(error);
    }
  }

  return (
    <details
      class="samples"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <summary>{inputs.length} samples as numbers, own file</summary>
      <label class="file">
        CSV with columns {flat ? 'x₁, x₂, y' : 'x, y'}: choose a file, or drop it here
        <input
          type="file"
          accept=".csv,text/csv,text/plain"
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      </label>
      {wrong.value ? <p role="alert">{wrong.value}</p> : null}
      <div class="scroll" tabIndex={0} role="region" aria-label="Samples">
        <table>
          <thead>
            <tr>
              <th scope="col">sample</th>
              {columns.map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {inputs.slice(0, mostRows).map((row, s) => (
              <tr key={s}>
                <th scope="row">{s + 1}</th>
                {[...row, targets[s]!].map((value, j) => (
                  <td key={j}>
                    <input
                      type="number"
                      step="any"
                      aria-label={`${columns[j]} of sample ${s + 1}`}
                      value={value}
                      onChange={(event) => {
                        const next = event.currentTarget.valueAsNumber;
                        if (!Number.isFinite(next)) return;
                        const at = row.map((old, k) => (k === j ? next : old));
                        moveSample(s, at, j === row.length ? next : targets[s]!, false);
                      }}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {inputs.length > mostRows ? <p class="note">and {inputs.length - mostRows} more</p> : null}
    </details>
  );
}
