import { ArgumentError } from '@nonsmooth/core';
import { dirname, resolve } from 'node:path';
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import type { z } from 'zod';
import { allowedBy } from './allowed.js';
import { conformanceSchema, type ConformanceStudy } from './conformance/question.js';
import { studySchema, type Study } from './study.js';

/** Reads a study from YAML. @throws ArgumentError that names the line, the path, the value and what is allowed. */
export function readStudy(name: string, text: string): Study {
  return located(readBy(studySchema, name, text), dirname(resolve(name)));
}

/** Reads a study of answers at kinks from YAML; undefined for other studies. @throws ArgumentError as `readStudy`. */
export function readConformance(name: string, text: string): ConformanceStudy | undefined {
  const document = parseDocument(text, { prettyErrors: false });
  return document.has('conformance') ? readBy(conformanceSchema, name, text) : undefined;
}

function readBy<Schema extends z.ZodType>(
  schema: Schema,
  name: string,
  text: string,
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [wrong] = document.errors;
  if (wrong) {
    const { line } = lines.linePos(wrong.pos[0]);
    throw new ArgumentError(`${name}:${line}`, wrong.code, `one YAML document (${wrong.message})`);
  }
  const content = contentOf(name, document);
  const result = schema.safeParse(content);
  if (!result.success) {
    const found = firstIssue(result.error);
    const line = lineOf(document, lines, found.path);
    throw argumentError(found, content, `${name}:${line}: `);
  }
  return result.data;
}

/**
 * What `work` returns of a study that was read; what it finds wrong is said with its line, also inside `vary`.
 * @throws ArgumentError
 */
export function withLines<Result>(name: string, text: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const line = placeOf(document, lines, error);
    if (line === undefined) throw error;
    throw new ArgumentError(`${name}:${line}: ${error.argument}`, error.value, error.allowed);
  }
}

/** The line of the value that an error names: where it is varied, or else where the study says it. */
function placeOf(
  document: Document,
  lines: LineCounter,
  { argument, value }: ArgumentError,
): number | undefined {
  // after what tells the variation
  const path = argument.slice(argument.lastIndexOf(': ') + 1).trim();
  const wanted = JSON.stringify(value);
  const exact: unknown[] = [];
  const near: unknown[] = [];
  const varied = document.get('vary', true);
  if (isMap(varied) || isSeq(varied)) {
    visit(varied, {
      Pair(_place, { key, value: content }) {
        const name = isScalar(key) ? String(key.value) : '';
        const isAsked = argument === 'vary' && name === value;
        if (name === '' || !(isAsked || path === name || path.startsWith(`${name}.`))) return;
        near.push(key);
        const candidates = isSeq(content) ? content.items : [content];
        exact.push(...candidates.filter((one) => contains(one as Node | null, wanted)));
      },
    });
  }
  const found = (exact[0] ?? near[0]) as Node | undefined;
  if (found?.range) return lines.linePos(found.range[0]).line;
  // a risk speaks of its targets, and of places in them
  const keys = path
    .replaceAll(/\[\d+\]/g, '')
    .replace(/^targets\b/, 'target')
    .split('.');
  return document.has(keys[0]) ? lineOf(document, lines, keys) : undefined;
}

function contains(node: Node | null, json: string | undefined): boolean {
  return json !== undefined && JSON.stringify(node?.toJSON() ?? null).includes(json);
}

/** The study with the paths of its files from `folder` on made absolute. */
function located(study: Study, folder: string): Study {
  for (const part of [
    study.inputs,
    study.target,
    study.start,
    'normalization' in study.start ? study.start.normalization : undefined,
    study.test?.inputs,
    study.test?.target,
  ]) {
    if (typeof part === 'object' && 'file' in part && !('package' in part && part.package)) {
      part.file = resolve(folder, part.file);
    }
  }
  return { ...study, vary: varied(study.vary, folder) as Study['vary'] };
}

/** The same of what varies: values of paths that end with `file`, and of objects that stand for a part. */
function varied(part: unknown, folder: string): unknown {
  if (Array.isArray(part)) return part.map((one) => varied(one, folder));
  if (typeof part !== 'object' || part === null || 'package' in part) return part;
  const absolute = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(absolute)
      : typeof value === 'string'
        ? resolve(folder, value)
        : value;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      /(^|\.)file$/.test(key) ? absolute(value) : varied(value, folder),
    ]),
  );
}

/** @throws ArgumentError if it has no keys at all, or aliases without their anchors. */
function contentOf(name: string, document: Document): object {
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new ArgumentError(name, 'BAD_ALIAS', `one YAML document (${error.message})`);
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  const kind = Array.isArray(content)
    ? 'a list'
    : content === null
      ? 'nothing'
      : `a ${typeof content}`;
  throw new ArgumentError(name, kind, `a study: ${Object.keys(studySchema.shape).join(', ')}`);
}

/** The study with some of its values replaced, checked. @throws ArgumentError that names the path in `vary`. */
export function substitute(study: Study, variation: Readonly<Record<string, unknown>>): Study {
  const copy = structuredClone(study) as unknown as Record<string, unknown>;
  for (const [path, value] of Object.entries(variation)) {
    // a risk speaks of its targets
    const keys = path.replace(/^targets\b/, 'target').split('.');
    let place: unknown = copy;
    for (const key of keys.slice(0, -1)) place = (place as Record<string, unknown>)?.[key];
    if (typeof place !== 'object' || place === null || notVariable.has(keys[0]!)) {
      throw new ArgumentError(
        'vary',
        path,
        `paths of values of the study, such as network.activation; not ${[...notVariable].join(', ')}`,
      );
    }
    (place as Record<string, unknown>)[keys.at(-1)!] = value;
  }
  const result = studySchema.safeParse(copy);
  if (result.success) return result.data;
  throw argumentError(firstIssue(result.error), copy, 'vary: ');
}

/** What is the ensemble's, not its members'. */
const notVariable: ReadonlySet<string> = new Set(['title', 'figures', 'members', 'vary']);

interface Found {
  readonly issue: z.core.$ZodIssue;
  readonly path: readonly PropertyKey[];
}

/**
 * Prefers an unknown key (often a misspelt required one) over other issues; of a union, goes into the one alternative
 * that the value has the shape of.
 */
function firstIssue({ issues }: { readonly issues: readonly z.core.$ZodIssue[] }): Found {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return { issue, path: [...path, issue.keys[0]!] };
  if (issue.code !== 'invalid_union') return { issue, path };
  const meant = issue.errors.filter((found) =>
    found.every(({ code, path: below }) => below.length > 0 || code === 'unrecognized_keys'),
  );
  if (meant.length !== 1) return { issue, path };
  const inner = firstIssue({ issues: meant[0]! });
  return { ...inner, path: [...path, ...inner.path] };
}

function argumentError({ issue, path }: Found, content: unknown, where: string): ArgumentError {
  const value = path.reduce<unknown>(
    (place, key) => (place as Record<PropertyKey, unknown> | undefined)?.[key],
    content,
  );
  return new ArgumentError(`${where}${path.join('.')}`, value, allowedBy(issue));
}

/** The line of the deepest part of a path that the document has; of a key rather than its value. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true);
    const key = isMap(parent)
      ? parent.items.find((pair) => isScalar(pair.key) && pair.key.value === path[length - 1])?.key
      : undefined;
    const node = (key ?? document.getIn(path.slice(0, length), true)) as
      { range?: [number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
