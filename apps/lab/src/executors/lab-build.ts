import { buildOf, type Build } from '@nonsmooth/apps-shared';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { studySchema } from '../study.js';

/** The packages that determine the bits of a member. */
const names = ['core', 'kernels', 'tensor', 'autodiff', 'nets', 'ode', 'flows'] as const;

/** The build of this process: studies have the same bits wherever it is the same. */
export function ownBuild(): Build {
  return buildOf({
    packages: names.map((name) => `@nonsmooth/${name}`),
    app: '@nonsmooth/lab',
    module: fileURLToPath(import.meta.url),
    schema: JSON.stringify(z.toJSONSchema(studySchema, { io: 'input' })),
  });
}
