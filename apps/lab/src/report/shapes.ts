/** Marks as polylines in [−1, 1]², y downwards: told apart without colours. */
const shapes = {
  up: [
    [
      [-1, 0.8],
      [0, -1],
      [1, 0.8],
      [-1, 0.8],
    ],
  ],
  down: [
    [
      [-1, -0.8],
      [0, 1],
      [1, -0.8],
      [-1, -0.8],
    ],
  ],
  square: [
    [
      [-0.8, -0.8],
      [0.8, -0.8],
      [0.8, 0.8],
      [-0.8, 0.8],
      [-0.8, -0.8],
    ],
  ],
  'arrow up': [
    [
      [0, 1],
      [0, -1],
    ],
    [
      [-0.7, -0.2],
      [0, -1],
      [0.7, -0.2],
    ],
  ],
  'arrow down': [
    [
      [0, -1],
      [0, 1],
    ],
    [
      [-0.7, 0.2],
      [0, 1],
      [0.7, 0.2],
    ],
  ],
  'arrow right': [
    [
      [-1, 0],
      [1, 0],
    ],
    [
      [0.2, -0.7],
      [1, 0],
      [0.2, 0.7],
    ],
  ],
  cross: [
    [
      [-0.8, -0.8],
      [0.8, 0.8],
    ],
    [
      [-0.8, 0.8],
      [0.8, -0.8],
    ],
  ],
  diamond: [
    [
      [0, -1],
      [0.8, 0],
      [0, 1],
      [-0.8, 0],
      [0, -1],
    ],
  ],
  plus: [
    [
      [-1, 0],
      [1, 0],
    ],
    [
      [0, -1],
      [0, 1],
    ],
  ],
  asterisk: [
    [
      [-0.9, -0.5],
      [0.9, 0.5],
    ],
    [
      [-0.9, 0.5],
      [0.9, -0.5],
    ],
    [
      [0, -1],
      [0, 1],
    ],
  ],
} as const;

/** The name of a shape. */
export type Shape = keyof typeof shapes;

/** The shape for Plot, about as large as its circles. */
export function symbolOf(shape: Shape): {
  draw(
    context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void },
    size: number,
  ): void;
} {
  return {
    draw(context, size) {
      const r = Math.sqrt(size / Math.PI);
      for (const [first, ...rest] of shapes[shape]) {
        context.moveTo(r * first[0], r * first[1]);
        for (const [x, y] of rest) context.lineTo(r * x, r * y);
      }
    },
  };
}

/** The shape as the data of an SVG path of radius `r`. */
export function pathOf(shape: Shape, r: number): string {
  return shapes[shape]
    .map((points) => `M${points.map(([x, y]) => `${r * x},${r * y}`).join('L')}`)
    .join('');
}
