import { ArgumentError } from '@nonsmooth/core';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { allowedBy } from '../allowed.js';
import { memberFrom, type MemberFile } from '../member-file.js';
import type { Member } from '../members.js';
import { studySchema, type Study } from '../study.js';
import { Refusal } from '@nonsmooth/apps-shared';
import type { StudyFiles } from './study-files.js';

// What travels between machines: data only, checked by schema wherever it arrives.

/** Bytes of a study as JSON, at most. */
export const mostStudyBytes: number = 2 ** 24;
/** Bytes of a member's file, at most. */
export const mostFileBytes: number = 2 ** 26;

/** A member to run, as it travels. */
export interface Payload {
  readonly format: 1;
  /** The fingerprint of the build that shall run it. */
  readonly build: string;
  readonly start: number;
  /** JSON, in which −0 is kept. */
  readonly study: string;
  readonly files: StudyFiles;
  readonly checkpointSeconds: number;
  /** The file of the member that it goes on from, in base64. */
  readonly previous?: string | undefined;
  /** Its own file in base64: a part to go on from, in the end the result. */
  readonly file?: string | undefined;
}

const travellingFile = z
  .string()
  .max((mostFileBytes / 3) * 4 + 4, `a file of at most ${mostFileBytes} bytes`)
  .optional();

const payloadSchema = z.strictObject({
  format: z.literal(1),
  build: z.string().regex(/^[0-9a-f]{24}$/, 'a fingerprint'),
  start: z.int().nonnegative(),
  study: z.string().max(mostStudyBytes, `a study of at most ${mostStudyBytes} bytes`),
  files: z.record(z.string().max(4096), z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256')),
  checkpointSeconds: z.number().positive(),
  previous: travellingFile,
  file: travellingFile,
}) satisfies z.ZodType<Payload>;

/** A member that came in a payload. */
export interface Received {
  readonly payload: Payload;
  /** Its files by their paths from the folder of the study on. */
  readonly study: Study;
}

/** @throws Refusal for anything but a payload for this build. */
export function received(data: unknown, build: string): Received {
  const payload = checked('a job', payloadSchema, data);
  if (payload.build !== build) {
    throw new Refusal('a job', `it is for build ${payload.build}, this is ${build}`);
  }
  if (lastStudy?.text !== payload.study) {
    const study = checked('the study of a job', studySchema, parsed(payload.study));
    lastStudy = { text: payload.study, study };
  }
  return { payload, study: lastStudy.study };
}

/** Members of a variation follow one another and share their study: it is read once. */
let lastStudy: { readonly text: string; readonly study: Study } | undefined;

/** @throws ArgumentError for a study that is too large to travel. */
export function studyText(study: Study): string {
  const text = JSON.stringify(study, (_key, value: unknown) =>
    Object.is(value, -0) ? negativeZero : value,
  ).replaceAll(`"${negativeZero}"`, '-0');
  const length = Buffer.byteLength(text);
  if (length <= mostStudyBytes) return text;
  throw new ArgumentError(
    'study',
    `${length} bytes`,
    `at most ${mostStudyBytes} bytes in a queue; put long lists of values into files`,
  );
}

const negativeZero = '−0 that JSON would lose';

/** A study without what is the ensemble's: all that the run of one of its members depends on. */
export function alone({ study }: Member): Study {
  return { ...study, members: 1, vary: {} };
}

/** The name of the job that runs this payload, whoever asks for it. */
export function nameOfJob({ build, start, study, files, previous }: Payload): string {
  return createHash('sha256')
    .update(JSON.stringify([build, start, study, Object.entries(files), previous]))
    .digest('hex')
    .slice(0, 32);
}

/** With NaN and infinities, which z.number() has not. */
const number = z.custom<number>((value) => typeof value === 'number', 'a number');
const notNegative = z.number().nonnegative();

const factsSchema = z.looseObject({
  status: z.enum(['unfinished', 'finished', 'stopped', 'failed']),
  reason: z.string(),
  parameters: z.int().positive(),
  gradients: notNegative,
  steps: notNegative,
  largestNorm: number,
  largestNormAt: number,
  verdict: z.enum(['converges', 'diverges', 'undecided']),
  evidence: z.string(),
  thetaHash: z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256'),
  events: z.array(z.record(z.string(), z.unknown())),
});

/**
 * The file of a member that came from another machine.
 * @throws Refusal for bytes that are no file of this member: of another study, cut short, damaged.
 */
export function receivedFile(bytes: Uint8Array, { study }: Member): MemberFile {
  const refuse = (why: string): never => {
    throw new Refusal('a result', why);
  };
  if (bytes.length > mostFileBytes) refuse(`${bytes.length} bytes; at most ${mostFileBytes}`);
  let file: MemberFile;
  try {
    file = memberFrom(bytes);
  } catch (error) {
    return refuse((error as Error).message);
  }
  const { facts, columns, theta } = file;
  checked('a result', factsSchema, facts);
  const missing = ['t', ...study.record].find((name) => !columns.has(name));
  if (missing !== undefined) refuse(`no column ${missing}`);
  const rows = columns.get('t')!.length;
  for (const [name, values] of columns) {
    if (values.length !== rows) refuse(`${values.length} rows of ${name}, ${rows} of t`);
  }
  if (theta.length !== facts.parameters)
    refuse(`${theta.length} of ${facts.parameters} parameters`);
  const { byteOffset, byteLength } = theta;
  const hash = createHash('sha256')
    .update(new Uint8Array(theta.buffer, byteOffset, byteLength))
    .digest('hex');
  if (hash !== facts.thetaHash) refuse('its parameters are not those of its hash');
  return file;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('the study of a job', 'it is no JSON');
  }
}

function checked<Output>(what: string, schema: z.ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (!issue) throw new Refusal(what, 'it breaks the schema');
  const path = issue.path.join('.') || 'it';
  const unknown = issue.code === 'unrecognized_keys' ? `no key ${issue.keys[0]}` : undefined;
  throw new Refusal(what, `${path}: allowed: ${unknown ?? allowedBy(issue)}`);
}
