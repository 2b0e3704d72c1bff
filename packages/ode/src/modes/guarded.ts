import type { System } from '../system.js';
import type { Modes } from './modes.js';

/** The same modes, whose exceptions say which function threw, and where the integration was. */
export function guardedModes<Mode>(modes: Modes<Mode>, system: System): Modes<Mode> {
  return {
    ...modes,
    initial(t, y, direction) {
      try {
        return modes.initial(t, y, direction);
      } catch (cause) {
        return system.threw('modes.initial', cause);
      }
    },
    surfaces(t, y, out, mode) {
      try {
        modes.surfaces(t, y, out, mode);
      } catch (cause) {
        system.threw('modes.surfaces', cause);
      }
    },
    onSwitch(t, y, switches, mode) {
      try {
        return modes.onSwitch(t, y, switches, mode);
      } catch (cause) {
        return system.threw('modes.onSwitch', cause);
      }
    },
    ...(modes.guards && {
      guards(t: number, y: Float64Array, out: Float64Array, mode: Mode) {
        try {
          modes.guards!(t, y, out, mode);
        } catch (cause) {
          system.threw('modes.guards', cause);
        }
      },
    }),
    ...(modes.project && {
      project(t: number, y: Float64Array, mode: Mode) {
        try {
          modes.project!(t, y, mode);
        } catch (cause) {
          system.threw('modes.project', cause);
        }
      },
    }),
  };
}
