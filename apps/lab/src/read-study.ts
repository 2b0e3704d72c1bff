import { ArgumentError } from '@nonsmooth/kernels';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { studySchema, type Study } from './study.js';

/** Reads a study from YAML. @throws ArgumentError that names the line, the path, the value and what is allowed. */
export function readStudy(name: string, text: string): Study {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [wrong] = document.errors;
  if (wrong) {
    const { line } = lines.linePos(wrong.pos[0]);
    throw new ArgumentError(
      `${name}:${line}`,
      wrong.code,
      `YAML (${wrong.message.split('\n')[0]})`,
    );
  }
  const content: unknown = document.toJS();
  const result = studySchema.safeParse(content);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const line = lineOf(document, lines, issue.path);
    throw argumentError(issue, content, `${name}:${line}: `);
  }
  return result.data;
}

/** The study with some of its values replaced, checked. @throws ArgumentError that names the path in `vary`. */
export function substitute(study: Study, variation: Readonly<Record<string, unknown>>): Study {
  const copy = structuredClone(study) as unknown as Record<string, unknown>;
  for (const [path, value] of Object.entries(variation)) {
    const keys = path.split('.');
    let place: unknown = copy;
    for (const key of keys.slice(0, -1)) place = (place as Record<string, unknown>)?.[key];
    if (typeof place !== 'object' || place === null) {
      throw new ArgumentError(
        'vary',
        path,
        'paths of values of the study, such as network.activation',
      );
    }
    (place as Record<string, unknown>)[keys.at(-1)!] = value;
  }
  const result = studySchema.safeParse(copy);
  if (result.success) return result.data;
  throw argumentError(result.error.issues[0]!, copy, 'vary: ');
}

function argumentError(issue: z.core.$ZodIssue, content: unknown, where: string): ArgumentError {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  const value = path.reduce<unknown>(
    (place, key) => (place as Record<PropertyKey, unknown> | undefined)?.[key],
    content,
  );
  const allowed =
    issue.code === 'unrecognized_keys' ? 'no such key' : issue.message.replace(/^Invalid /, '');
  return new ArgumentError(`${where}${path.join('.') || 'the study'}`, value, allowed);
}

/** The line of the deepest part of a path that the document has. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
