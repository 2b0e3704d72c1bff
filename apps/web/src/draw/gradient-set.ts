import { axis, drawAxes, extent, type Box } from './frame.js';
import type { Pen } from './pen.js';
import type { Theme } from './theme.js';

/** Vectors of one or two entries: the corners of a set, and answers to be seen inside or outside of it. */
export interface SetScene {
  readonly corners: readonly (readonly number[])[];
  readonly answers: readonly {
    readonly name: string;
    readonly at: readonly number[];
    readonly isIn: boolean | undefined;
  }[];
  readonly labels: readonly [string, string?];
}

/** Draws Clarke's set, of one or two dimensions, with answers. */
export function drawGradientSet(
  pen: Pen,
  theme: Theme,
  width: number,
  height: number,
  { corners, answers, labels }: SetScene,
): void {
  const all = [...corners, ...answers.map(({ at }) => at)];
  // entries of one vector are seen on one scale
  const rounding = 1e-7 * Math.max(...all.flat().map(Math.abs));
  const box: Box = {
    left: 52,
    top: 24,
    width: Math.max(40, width - 70),
    height: Math.max(30, height - 64),
  };
  const x = axis(
    extent(
      all.map((one) => one[0]!),
      0.18,
      rounding,
    ),
    [box.left, box.left + box.width],
  );
  if (labels[1] === undefined) drawOnLine();
  else drawInPlane();

  function drawOnLine(): void {
    const middle = box.top + box.height / 2;
    const flat = Object.assign((value: number) => value, {
      invert: (p: number) => p,
      ticks: [],
      format: String,
    });
    drawAxes(pen, theme, box, x, flat, { x: labels[0] });
    const values = corners.map(([value]) => value!);
    if (values.length > 0) {
      const [low, high] = [Math.min(...values), Math.max(...values)];
      pen.line([x(low), middle, x(high), middle], {
        colour: theme.accent,
        width: 8,
        opacity: 0.35,
      });
      for (const value of values) pen.circle(x(value), middle, 6, theme.accent);
    }
    for (const { at: px, names, isIn } of together(answers.map((one) => [x(one.at[0]!), middle]))) {
      drawAnswer(px[0], middle, isIn);
      names.forEach((name, row) => {
        pen.text(px[0], row % 2 === 0 ? middle - 18 - 7 * row : middle + 13 + 7 * row, name, {
          colour: theme.ink,
          size: 11,
          anchor: 'middle',
        });
      });
    }
  }

  function drawInPlane(): void {
    const y = axis(
      extent(
        all.map((one) => one[1]!),
        0.18,
        rounding,
      ),
      [box.top + box.height, box.top],
    );
    drawAxes(pen, theme, box, x, y, { x: labels[0], y: labels[1]! });
    const hull = convexHull(corners.map((one) => [one[0]!, one[1]!] as const));
    const outline = hull.flatMap(([u, v]) => [x(u), y(v)]);
    if (hull.length > 2) pen.area(outline, theme.accent, 0.2);
    if (hull.length > 1) {
      pen.line([...outline, outline[0]!, outline[1]!], { colour: theme.accent, width: 2.5 });
    }
    for (const [u, v] of corners) pen.circle(x(u!), y(v!), 5, theme.accent);
    const places = answers.map(({ at }): Point => [x(at[0]!), y(at[1]!)]);
    for (const { at: place, names, isIn } of together(places)) {
      drawAnswer(place[0], place[1], isIn);
      const onRight = place[0] < box.left + box.width * 0.6;
      names.forEach((name, row) => {
        pen.text(
          place[0] + (onRight ? 11 : -11),
          place[1] + 13 * (row - (names.length - 1) / 2),
          name,
          {
            colour: theme.ink,
            size: 11,
            anchor: onRight ? 'start' : 'end',
          },
        );
      });
    }
  }

  /** Answers that fall on one place, with all of their names. */
  function together(
    places: readonly Point[],
  ): { readonly at: Point; readonly names: string[]; readonly isIn: boolean | undefined }[] {
    const groups: { at: Point; names: string[]; isIn: boolean | undefined }[] = [];
    answers.forEach(({ name, isIn }, i) => {
      const [px, py] = places[i]!;
      const near = groups.find(({ at }) => Math.hypot(at[0] - px, at[1] - py) < 9);
      if (near) near.names.push(name);
      else groups.push({ at: [px, py], names: [name], isIn });
    });
    return groups;
  }

  /** A filled disc is in the set, a cross is not, a ring is undecided. */
  function drawAnswer(px: number, py: number, isIn: boolean | undefined): void {
    if (isIn === false) {
      pen.line([px - 5, py - 5, px + 5, py + 5], { colour: theme.neurons[1]!, width: 3 });
      pen.line([px - 5, py + 5, px + 5, py - 5], { colour: theme.neurons[1]!, width: 3 });
    } else {
      pen.circle(px, py, 5, isIn ? theme.ink : theme.paper, { colour: theme.ink, width: 1.6 });
    }
  }
}

/** A function of one input with the slopes that were answered at a point. */
export function drawSlopes(
  pen: Pen,
  theme: Theme,
  width: number,
  height: number,
  scene: {
    readonly curve: readonly (readonly [number, number])[];
    readonly point: number;
    readonly value: number;
    readonly slopes: readonly { readonly slope: number; readonly isIn: boolean | undefined }[];
  },
): void {
  const { curve, point, value, slopes } = scene;
  const box: Box = {
    left: 52,
    top: 24,
    width: Math.max(40, width - 70),
    height: Math.max(30, height - 64),
  };
  const x = axis([curve[0]![0], curve.at(-1)![0]], [box.left, box.left + box.width]);
  const y = axis(
    extent(
      curve.map(([, one]) => one),
      0.15,
    ),
    [box.top + box.height, box.top],
  );
  drawAxes(pen, theme, box, x, y, { x: 'x', y: 'f(x) and the answered slopes' });
  pen.clip(box.left, box.top, box.width, box.height, () => {
    pen.line(
      curve.flatMap(([at, one]) => [x(at), y(one)]),
      { colour: theme.ink, width: 2.4 },
    );
    for (const { slope, isIn } of slopes) {
      const reach = 0.9;
      pen.line(
        [x(point - reach), y(value - reach * slope), x(point + reach), y(value + reach * slope)],
        {
          colour: isIn === false ? theme.neurons[1]! : theme.accent,
          width: 2,
          dash: isIn === false ? [5, 4] : [],
        },
      );
    }
    pen.circle(x(point), y(value), 5, theme.paper, { colour: theme.ink, width: 2 });
  });
}

type Point = readonly [number, number];

/** Andrew's monotone chain. */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((p, q) => p[0] - q[0] || p[1] - q[1]);
  const unique = sorted.filter(
    (p, i) => i === 0 || p[0] !== sorted[i - 1]![0] || p[1] !== sorted[i - 1]![1],
  );
  if (unique.length < 3) return unique;
  const turn = (o: Point, a: Point, b: Point): number =>
    (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (ordered: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const p of ordered) {
      while (chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, p) <= 0) chain.pop();
      chain.push(p);
    }
    return chain.slice(0, -1);
  };
  return [...half(unique), ...half(unique.toReversed())];
}
