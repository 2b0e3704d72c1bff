import type { System } from '../system.js';
import type { Modes } from './modes.js';

/** The functions of `Modes`. */
const names = [
  'count',
  'initial',
  'surfaces',
  'curved',
  'velocities',
  'onSwitch',
  'guards',
  'guardCount',
  'guardNoise',
  'project',
] as const;

/** The same modes, whose exceptions say which function threw, and where the integration was. */
export function guardedModes<Mode, Note>(
  modes: Modes<Mode, Note>,
  system: System,
): Modes<Mode, Note> {
  const guarded: Record<string, unknown> = {};
  for (const name of names) {
    const call = modes[name] as ((...parameters: unknown[]) => unknown) | number | undefined;
    if (typeof call !== 'function') continue;
    guarded[name] = (...parameters: unknown[]): unknown => {
      try {
        return call.apply(modes, parameters);
      } catch (cause) {
        return system.threw(`modes.${name}`, cause);
      }
    };
  }
  const { count, screen } = modes;
  return { count, ...(screen && { screen }), ...guarded } as Modes<Mode, Note>;
}
