import { z } from 'zod';

/** An object without other keys. */
export function only<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `keys: ${Object.keys(shape).join(', ')}` : undefined,
  });
}
