/** Colours of figures. */
export interface Theme {
  readonly name: 'light' | 'dark';
  readonly paper: string;
  readonly ink: string;
  readonly soft: string;
  readonly faint: string;
  readonly accent: string;
  /** Of neurons, in their order: distinguishable for all kinds of colour vision, 3 : 1 on the paper. */
  readonly neurons: readonly string[];
  /** Low, middle and high values of a heat map. */
  readonly heat: readonly [Rgb, Rgb, Rgb];
}

type Rgb = readonly [number, number, number];

/** After Okabe and Ito (2008), darkened or lightened for contrast. */
export const light: Theme = {
  name: 'light',
  paper: '#fffdf9',
  ink: '#22252b',
  soft: '#5d6470',
  faint: '#dfdcd4',
  accent: '#1f5f99',
  neurons: ['#0067a5', '#c2500a', '#00805c', '#b0487f', '#97700a', '#2f86b7', '#7a4fb0', '#6b7280'],
  heat: [
    [49, 104, 168],
    [247, 245, 240],
    [214, 120, 28],
  ],
};

/** The same hues on dark paper. */
export const dark: Theme = {
  name: 'dark',
  paper: '#16191f',
  ink: '#e9e7e1',
  soft: '#a3a9b4',
  faint: '#343a44',
  accent: '#7db8ea',
  neurons: ['#58a9e6', '#f08a45', '#3fc49a', '#e08fbb', '#dcb64a', '#8fd0ee', '#b79be8', '#a9b0bb'],
  heat: [
    [70, 140, 215],
    [34, 38, 46],
    [232, 140, 52],
  ],
};

/** Dashes tell neurons apart that share a colour. */
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/** What a neuron looks like everywhere on the page. */
export function neuronStyle(
  theme: Theme,
  neuron: number,
): { colour: string; dash: readonly number[] } {
  const { neurons } = theme;
  return {
    colour: neurons[neuron % neurons.length]!,
    dash: dashes[Math.floor(neuron / neurons.length) % dashes.length]!,
  };
}

/** The colour of a value in [−1, 1]. */
export function heatColour({ heat: [low, middle, high] }: Theme, value: number): string {
  const to = value < 0 ? low : high;
  const share = Math.min(1, Math.abs(value));
  const mixed = middle.map((from, i) => Math.round(from + share * (to[i]! - from)));
  return `rgb(${mixed.join(' ')})`;
}
