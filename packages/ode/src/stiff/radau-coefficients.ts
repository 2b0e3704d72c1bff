type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

const root6 = Math.sqrt(6);
/** ∛3 and its square, as literals for the same bits everywhere */
const cubeRoot3 = 1.4422495703074083;
const cubeRoot9 = 2.080083823051904;

/** Radau IIA of order 5. Hairer, Wanner, Solving ODEs II, table IV.5.6. */
export const a: Matrix = [
  [(88 - 7 * root6) / 360, (296 - 169 * root6) / 1800, (-2 + 3 * root6) / 225],
  [(296 + 169 * root6) / 1800, (88 + 7 * root6) / 360, (-2 - 3 * root6) / 225],
  [(16 - root6) / 36, (16 + root6) / 36, 1 / 9],
];
/** The nodes. */
export const c: Vector = [(4 - root6) / 10, (4 + root6) / 10, 1];

/** The eigenvalues μ and α ± iβ of A⁻¹. Section IV.8. */
export const mu: number = 3 + cubeRoot9 - cubeRoot3;
/** The complex eigenvalues of A⁻¹ are α ± iβ. */
export const alpha: number = 3 + (cubeRoot3 - cubeRoot9) / 2;
/** 3^(5/6) + 3^(7/6) = √3·(∛3 + ∛9), halved */
export const beta: number = (Math.sqrt(3) * (cubeRoot3 + cubeRoot9)) / 2;

/** Weights of z₁, z₂, z₃ in the error estimate, times μ. Equation (8.19). */
export const e: Vector = [(-13 - 7 * root6) / 3, (-13 + 7 * root6) / 3, -1 / 3];

const cross = (p: Vector, q: Vector): Vector => [
  p[1] * q[2] - p[2] * q[1],
  p[2] * q[0] - p[0] * q[2],
  p[0] * q[1] - p[1] * q[0],
];
const dot = (p: Vector, q: Vector): number => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
/** u·p + v·q */
const combine = (u: number, p: Vector, v: number, q: Vector): Vector => [
  u * p[0] + v * q[0],
  u * p[1] + v * q[1],
  u * p[2] + v * q[2],
];
const transposed = ([p, q, r]: Matrix): Matrix => [
  [p[0], q[0], r[0]],
  [p[1], q[1], r[1]],
  [p[2], q[2], r[2]],
];

function inverse([p, q, r]: Matrix): Matrix {
  const scale = 1 / dot(p, cross(q, r));
  const scaled = (v: Vector): Vector => combine(scale, v, 0, v);
  return transposed([scaled(cross(q, r)), scaled(cross(r, p)), scaled(cross(p, q))]);
}

/** A⁻¹. */
export const inverseOfA: Matrix = inverse(a);

/**
 * Real and imaginary part of the eigenvector of A⁻¹ to re + i·im, its last component 1: the cross product of the first
 * two rows of A⁻¹ − (re + i·im)·I.
 */
function eigenvector(re: number, im: number): { real: Vector; imaginary: Vector } {
  const [p, q] = inverseOfA;
  const first: Vector = [p[0] - re, p[1], p[2]];
  const second: Vector = [q[0], q[1] - re, q[2]];
  const ofFirst: Vector = [-im, 0, 0];
  const ofSecond: Vector = [0, -im, 0];
  const real = combine(1, cross(first, second), -1, cross(ofFirst, ofSecond));
  const imaginary = combine(1, cross(first, ofSecond), 1, cross(ofFirst, second));
  const [x, y] = [real[2], imaginary[2]];
  const square = x * x + y * y;
  return {
    real: combine(x / square, real, y / square, imaginary),
    imaginary: combine(x / square, imaginary, -y / square, real),
  };
}

const pair = eigenvector(alpha, beta);

/**
 * T⁻¹A⁻¹T has the blocks μ and (α β; −β α): to the last two coordinates as one complex number it is multiplication
 * by α − iβ.
 */
export const t: Matrix = transposed([eigenvector(mu, 0).real, pair.real, pair.imaginary]);
/** T⁻¹. */
export const inverseOfT: Matrix = inverse(t);

/** Coefficients of θ, θ², θ³ in the polynomial that is 1 at one node, 0 at 0 and the two others. */
const basis = (own: number, one: number, other: number): Vector => {
  const scale = 1 / (own * (own - one) * (own - other));
  return [one * other * scale, -(one + other) * scale, scale];
};

/** Coefficients of the collocation polynomial: of θ, θ², θ³ for each stage. */
export const collocation: Matrix = [
  basis(c[0], c[1], c[2]),
  basis(c[1], c[2], c[0]),
  basis(c[2], c[0], c[1]),
];
