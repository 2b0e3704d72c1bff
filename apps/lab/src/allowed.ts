import type { z } from 'zod';

/** What is allowed where a study is not, in words. */
export function allowedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return kinds[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map(String).join(', ');
    case 'invalid_union':
      return alternatives(issue);
    case 'too_small':
      return bound(issue.origin, issue.minimum, issue.inclusive === false ? '>' : '≥', 'at least');
    case 'too_big':
      return bound(issue.origin, issue.maximum, issue.inclusive === false ? '<' : '≤', 'at most');
    default:
      // what the schema itself says
      return issue.message;
  }
}

/** What the schema itself says of a union, or what each of its alternatives allows. */
function alternatives(issue: Extract<z.core.$ZodIssue, { code: 'invalid_union' }>): string {
  if ('options' in issue) return issue.options!.map(String).join(', ');
  if (issue.message !== 'Invalid input') return issue.message;
  return [...new Set(issue.errors.flatMap(([first]) => (first ? allowedBy(first) : [])))].join(
    ', or ',
  );
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a finite number',
  int: 'an integer',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
};

function bound(origin: string, limit: number | bigint, relation: string, most: string): string {
  if (origin === 'string') return 'a text that is not empty';
  if (origin === 'array') return `a list of ${most} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `a number ${relation} ${limit}`;
}
