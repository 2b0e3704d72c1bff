import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { csvOf, eventsCsvOf } from '../export/csv.js';
import { download } from '../export/download.js';
import { pngOfFigure, svgOfFigure } from '../export/figure.js';
import { typescriptOf } from '../export/typescript.js';
import { presets } from '../presets/index.js';
import { experimentOf } from '../state/experiments.js';
import { problem, run, state, theme } from '../state/store.js';
import { Select } from './fields.js';
import { figures } from './figure.js';

/** What the reader can take along. */
export function ExportTab(): JSX.Element {
  const name = useSignal('input');
  const study = useSignal('');
  const experiment = experimentOf(state.value);
  const title =
    presets.find(({ id }) => id === state.value.preset)?.title ?? 'A run of the kink lab';

  useSignalEffect(() => {
    const now = experimentOf(state.value);
    let isLast = true;
    void import('../export/study.js').then(({ studyOf }) => {
      if (isLast) study.value = studyOf(now, title);
    });
    return () => void (isLast = false);
  });

  const one = run.value;
  const shown = [...figures].filter(([id]) => id !== 'set');
  const figure = (): NonNullable<ReturnType<typeof figures.get>> =>
    figures.get(name.value) ?? figures.get('input')!;
  return (
    <div class="two">
      <div>
        <div class="inline">
          <Select
            label="figure"
            value={name.value}
            options={shown.map(([id, { title: text }]) => [id, text] as const)}
            onChange={(value) => (name.value = value)}
          />
          <button
            type="button"
            onClick={() =>
              download(`${name.value}.svg`, svgOfFigure(figure(), theme.value), 'image/svg+xml')
            }
          >
            SVG
          </button>
          <button
            type="button"
            onClick={() =>
              void pngOfFigure(figure(), theme.value).then((blob) =>
                download(`${name.value}.png`, blob),
              )
            }
          >
            PNG
          </button>
          {one && one.experiment.widths[0] === 1 ? (
            <button
              type="button"
              onClick={() =>
                void import('../export/moving-figure.js').then(({ movingFigure }) =>
                  download(
                    'run.svg',
                    movingFigure(problem.peek()!, one, theme.peek(), {
                      width: 560,
                      title,
                      seconds: 12,
                      time: 0,
                      background: theme.peek().paper,
                    }),
                    'image/svg+xml',
                  ),
                )
              }
            >
              Moving SVG of the run
            </button>
          ) : null}
        </div>
        <div class="inline">
          <button
            type="button"
            disabled={!one}
            onClick={() => one && download('run.csv', csvOf(one), 'text/csv')}
          >
            Run as CSV
          </button>
          <button
            type="button"
            disabled={!one}
            onClick={() => one && download('events.csv', eventsCsvOf(one), 'text/csv')}
          >
            Events as CSV
          </button>
          <button type="button" onClick={() => void navigator.clipboard?.writeText(location.href)}>
            Copy the address
          </button>
        </div>
        <p class="note">The address holds the whole state: whoever opens it sees this page.</p>
        <Code
          label="TypeScript that computes this run"
          name="run.ts"
          text={typescriptOf(experiment)}
        />
      </div>
      <div>
        <Code label="Study for the lab" name="study.yaml" text={study.value} />
      </div>
    </div>
  );
}

function Code({
  label,
  name,
  text,
}: {
  readonly label: string;
  readonly name: string;
  readonly text: string;
}): JSX.Element {
  return (
    <figure class="code">
      <figcaption>
        {label}{' '}
        <button
          type="button"
          class="link"
          onClick={() => download(name, text)}
          aria-label={`Save ${name}`}
        >
          Save {name}
        </button>
      </figcaption>
      <textarea readOnly rows={14} spellcheck={false} aria-label={label} value={text} />
    </figure>
  );
}
