"""Finds the stability polynomials of ROCK4 and the fits in src/stabilized/fourth-order.ts. Needs numpy and scipy. Run:
python3 tools/rock4-zeros.py

R_s(z) = w(z) P_(s-4)(z) with P orthogonal for w(x)^2/sqrt(1-x^2), x = -1 at z = -boundary and x = 1 at z = -interval,
and w with the zeros re_1 +- i im_1, re_2 +- i im_2 (in z). Of these six numbers four follow from
R_s(z) = exp(z) + O(z^5); the two that are left maximise the boundary while |R_s| <= 0.95 beyond z = -3.
Abdulle, SIAM J. Sci. Comput. 23 (2002) 2041-2054.
"""

import numpy as np
from scipy.optimize import fsolve, minimize

names = ["boundary/s^2", "interval", "re 1", "im 1", "re 2", "im 2"]


def in_x(v):
    boundary, interval, re1, im1, re2, im2 = v
    d = 2 / (boundary - interval)
    a = d * boundary - 1
    return d, a, [(a + d * re1, d * im1), (a + d * re2, d * im2)]


def recursion(pairs, count):
    """Stieltjes' procedure on Gauss-Chebyshev nodes, exact for these degrees."""
    x = np.cos((np.arange(count + 8) + 0.5) * np.pi / (count + 8))
    weight = np.prod([((x - p) ** 2 + q**2) ** 2 for p, q in pairs], axis=0)
    alpha, beta = np.zeros(count), np.zeros(count)
    f, g, before = np.ones_like(x), np.zeros_like(x), np.inf
    for j in range(count):
        norm = np.sum(weight * f * f)
        alpha[j] = np.sum(weight * x * f * f) / norm
        beta[j] = norm / before
        before = norm
        f, g = 2 * (x - alpha[j]) * f - beta[j] * g, f
    return alpha, beta


def order_conditions(v, s):
    """R_s^(k)(0) - 1, k = 1, ..., 4"""
    d, a, pairs = in_x(v)
    f, g = np.eye(5)[0], np.zeros(5)
    for alpha, beta in zip(*recursion(pairs, s - 4)):
        product = 2 * (a - alpha) * f - beta * g
        product[1:] += 2 * f[:-1]
        f, g = product, f
    for p, q in pairs:
        f = np.convolve(f, [(a - p) ** 2 + q**2, 2 * (a - p), 1])[:5]
    return (f / f[0] * d ** np.arange(5) * [1, 1, 2, 6, 24])[1:] - 1


def values(v, s, z):
    d, a, pairs = in_x(v)
    alpha, beta = recursion(pairs, s - 4)
    x = np.append(a + d * z, a)
    f, g = np.ones_like(x), np.zeros_like(x)
    for j in range(s - 4):
        f, g = 2 * (x - alpha[j]) * f - beta[j] * g, f
    for p, q in pairs:
        f = f * ((x - p) ** 2 + q**2)
    return f[:-1] / f[-1]


def largest(v, s):
    """The two largest local maxima of |R_s| beyond z = -3, by parabolas, and |R_s(-boundary)|."""
    z = v[0] / 2 * (np.cos(np.linspace(0, np.pi, 80 * s + 1)) - 1)
    r = np.abs(values(v, s, z))
    i = np.where((r[1:-1] > r[:-2]) & (r[1:-1] >= r[2:]))[0] + 1
    i = i[z[i] < -3]
    tops = r[i] - (r[i + 1] - r[i - 1]) ** 2 / (8 * (r[i - 1] - 2 * r[i] + r[i + 1]))
    return np.append(np.sort(np.append(tops, [0, 0]))[-2:], r[-1])


def optimum(s, start):
    unscaled = lambda u: np.append(u[0] * s * s, u[1:])
    result = minimize(
        lambda u: -u[0],
        np.append(start[0] / s**2, start[1:]),
        method="SLSQP",
        constraints=[
            {"type": "eq", "fun": lambda u: order_conditions(unscaled(u), s)},
            {"type": "ineq", "fun": lambda u: 0.95 - largest(unscaled(u), s)},
        ],
        options={"ftol": 1e-10, "maxiter": 300},
    )
    assert result.success, (s, result.message)
    return unscaled(result.x)


# near the zeros of the polynomial of degree 16 that a linear program finds
interval, im2 = 9.0, 3.55
boundary, re1, im1, re2 = fsolve(
    lambda u: order_conditions([u[0], interval, u[1], u[2], u[3], im2], 25), [216, -2.45, 1.3, -0.28]
)
v = np.array([boundary, interval, re1, im1, re2, im2])
stages = range(25, 5, -1)
found = []
for s in stages:
    v = optimum(s, np.append(v[0] * min(1, (s / (s + 1)) ** 2 if s < 25 else 1), v[1:]))
    found.append(np.append(v[0] / s**2, v[1:]))
    print(s, np.round(found[-1], 5))
t = 1 / np.array(stages, float) ** 2
for name, column in zip(names, np.transpose(found)):
    fit = np.round(np.polynomial.polynomial.polyfit(t, column, 3), 4)
    off = np.max(np.abs(np.polynomial.polynomial.polyval(t, fit) - column))
    print(f"{name:12}", fit, f"off by at most {off:.1e}")
