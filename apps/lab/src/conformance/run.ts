import { counted, exitStatus, requireWritable, writeWhole } from '@nonsmooth/apps-shared';
import { join } from 'node:path';
import { tell } from '../events.js';
import type { ProgressKind } from '../progress.js';
import { formats, type Format } from '../tables/tables.js';
import type { Field, Values } from '../tables/sink.js';
import { streamFile } from '../tables/stream-file.js';
import { answersOf, questionsOf, sets, type Answer } from './answers.js';
import type { ConformanceStudy } from './question.js';
import { summaryOf, type Summary } from './summary.js';

/**
 * Asks all libraries of a study, and writes answers, summary and report into a folder.
 * @throws ArgumentError for expressions that cannot be asked for.
 */
export function conformanceRun(
  study: ConformanceStudy,
  folder: string,
  format: Format,
  progress: ProgressKind,
): () => Promise<number> {
  const questions = questionsOf(study);
  requireWritable('--out', folder);
  return async () => {
    const { libraries } = study.conformance;
    const headline = `${study.title}: ${counted(questions.length, 'expression')}, ${libraries.length === 1 ? '1 library' : `${libraries.length} libraries`}`;
    if (progress === 'text') console.log(headline);
    if (progress === 'json')
      tell({ event: 'begin', headline, total: questions.length, earlier: 0 });
    const answers = await answersOf(study, questions);
    const summary = summaryOf(answers);
    const place = (name: string): string => join(folder, name);
    const files = ['study.json', `answers.${format}`, 'summary.csv', 'report.html'].map(place);
    writeWhole(files[0]!, `${JSON.stringify(study, null, 2)}\n`);
    write(files[1]!, format, answerColumns(answers), answers.length);
    write(files[2]!, 'csv', summaryColumns(summary), summary.length);
    // on demand: what draws takes longer to load than all else
    const { conformanceFigure, conformancePage } = await import('./report.js');
    const { writeFigures } = await import('../results.js');
    const figure = conformanceFigure(summary);
    await writeFigures(folder, [figure]);
    writeWhole(files[3]!, conformancePage(study, summary, answers, figure));
    if (progress === 'text') {
      for (const { library, right, wrong, undecided, none } of summary) {
        console.log(
          `${library}: ${right} right, ${wrong} wrong, ${undecided} undecided, ${none} without answer`,
        );
      }
      console.log(`Written: ${files.join(', ')}`);
    }
    if (progress === 'json') {
      for (const { library, right, wrong, undecided, none } of summary) {
        tell({ event: 'library', library, right, wrong, undecided, none });
      }
      tell({ event: 'written', files });
      tell({ event: 'end', status: 'done', left: 0, failed: 0 });
    }
    return exitStatus.done;
  };
}

type Columns = readonly (readonly [Field, Values])[];

const texts = (name: string, values: readonly string[]): Columns[number] => [
  { name, kind: 'text', values },
  values,
];

function answerColumns(answers: readonly Answer[]): Columns {
  return [
    texts(
      'library',
      answers.map(({ library }) => library),
    ),
    texts(
      'function',
      answers.map(({ question }) => question.name),
    ),
    texts(
      'expression',
      answers.map(({ question }) => question.formula),
    ),
    texts(
      'point',
      answers.map(({ question }) => question.point.join(' ')),
    ),
    texts(
      'answer',
      answers.map(({ gradient }) => gradient?.join(' ') ?? ''),
    ),
    ...sets.map((set) =>
      texts(
        set,
        answers.map(({ memberships }) => memberships[set]),
      ),
    ),
    texts(
      'reason',
      answers.map(({ reason }) => reason),
    ),
  ];
}

function summaryColumns(summary: readonly Summary[]): Columns {
  const { library: _library, ...counts } = summary[0]!;
  return [
    texts(
      'library',
      summary.map(({ library }) => library),
    ),
    ...(Object.keys(counts) as (keyof typeof counts)[]).map((name): Columns[number] => [
      { name, kind: 'integer' },
      Int32Array.from(summary, (one) => one[name]),
    ]),
  ];
}

function write(path: string, format: Format, columns: Columns, length: number): void {
  streamFile(path, (bytes) => {
    const sink = formats[format](
      columns.map(([field]) => field),
      bytes,
    );
    sink.write({ length, columns: columns.map(([, values]) => values) });
    sink.finish();
  });
}
