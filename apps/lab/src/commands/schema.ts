import { z } from 'zod';
import { conformanceSchema } from '../conformance/question.js';
import { studySchema } from '../study.js';
import { optionsOf, printing } from './options.js';
import type { LabCommand } from './command.js';

/** The JSON schema of studies as they are written, before defaults are filled in. */
export function studyJsonSchema(): object {
  return z.toJSONSchema(z.union([studySchema, conformanceSchema]), { io: 'input' });
}

/** `nonsmooth schema`. */
export const schema: LabCommand = {
  what: 'prints the JSON schema of studies, with which editors complete them',
  prepare(words) {
    const { text } = optionsOf('schema', schema.what, words);
    return printing(text ?? `${JSON.stringify(studyJsonSchema(), null, 2)}\n`);
  },
};
