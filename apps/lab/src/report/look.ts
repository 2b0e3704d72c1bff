/** Hues on white and on a dark page; their lightness alternates, for prints without colours. */
export const hues: readonly (readonly [light: string, dark: string])[] = [
  ['#1f4fb0', '#8ab0ff'],
  ['#d06a1f', '#f2a069'],
  ['#0e5f3a', '#6fd3a0'],
  ['#a154c9', '#d09af0'],
  ['#0f8fa6', '#62cfe0'],
  ['#8f1648', '#ff8db4'],
  ['#a08200', '#e3c14f'],
  ['#4a5361', '#aab4c3'],
];

/** Text and axes, and what is less important: light, dark. */
export const ink = ['#1c2330', '#e6e9ef'] as const;
/** Notes and grids: light, dark. */
export const soft = ['#5d6778', '#9aa5b5'] as const;

/** Text on a hue: light, dark. */
export const onHue = ['#ffffff', '#14171d'] as const;

/** Lines that are told apart without colours. */
const dashes = ['none', '9 3', '2 3', '9 3 2 3', '14 4', '5 2', '2 2 7 2', '1 4'] as const;

/** The look of the line with this place among those of a study. */
export function lookOf(place: number): { readonly stroke: string; readonly dashes: string } {
  return { stroke: hues[place % hues.length]![0], dashes: dashes[place % dashes.length]! };
}

/** From low to high: evenly falling lightness, so that it is read without colours too. */
const ramp = ['#fdf3d8', '#f5d58b', '#e9ab62', '#d07d5c', '#a8557a', '#6f3a86', '#36236b'] as const;

/** The colour at u in [0, 1] of values from low to high. */
export function rampAt(u: number): string {
  const place = Math.min(ramp.length - 1, Math.max(0, Math.round(u * (ramp.length - 1))));
  return ramp[place]!;
}

/** How many colours there are from low to high. */
export const rampLength: number = ramp.length;

/** What replaces each colour of a figure on a dark page. */
export const darkColours: readonly (readonly [string, string])[] = [...hues, ink, soft, onHue];
