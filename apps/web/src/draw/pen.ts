/** How a line is drawn. */
export interface Stroke {
  readonly colour: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
}

/** How text is set. */
export interface TextStyle {
  readonly colour: string;
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: number;
  /** A quarter turn to the left. */
  readonly upright?: boolean;
}

/** A surface that figures draw on: a canvas on the page, or the text of an SVG file. Lengths are CSS pixels. */
export interface Pen {
  /** x₀, y₀, x₁, y₁, …; a NaN ends one stretch of the line. */
  line(points: readonly number[], stroke: Stroke): void;
  area(points: readonly number[], colour: string, opacity?: number): void;
  rect(x: number, y: number, width: number, height: number, colour: string, opacity?: number): void;
  circle(x: number, y: number, radius: number, fill: string | undefined, stroke?: Stroke): void;
  text(x: number, y: number, words: string, style: TextStyle): void;
  /** Whatever `draw` draws is seen inside of the rectangle only. */
  clip(x: number, y: number, width: number, height: number, draw: () => void): void;
}

/** The typeface of figures. */
export const typeface = 'system-ui, sans-serif';

/** Calls `each` for every stretch of a line without NaN. */
export function stretches(points: readonly number[], each: (stretch: number[]) => void): void {
  let stretch: number[] = [];
  const end = (): void => {
    if (stretch.length > 2) each(stretch);
    stretch = [];
  };
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    if (Number.isFinite(x) && Number.isFinite(y)) stretch.push(x, y);
    else end();
  }
  end();
}
