"""Derives the constants of assembly/saturation.ts and writes assembly/tanh-table.ts. Needs mpmath. Run:
python3 tools/tanh-table.py > assembly/tanh-table.ts
"""

from mpmath import cos, exp, lu_solve, matrix, mp, mpf, pi, sqrt, tanh
from tables import error, near, step_near, table

mp.dps = 40


def ratio(z):
    """(y coth(y) - 1)/z with z = y^2"""
    z = mpf(z)
    if z < mpf(10) ** -10:
        return mpf(1) / 3 - z / 45 + 2 * z * z / 945
    y = sqrt(z)
    return (y / tanh(y) - 1) / z


def coefficients(end, terms):
    """Of the polynomial p with the least z|p(z) - ratio(z)| on [0, end]: the error is a Chebyshev polynomial with its
    first zero at 0; p interpolates at the other zeros."""
    zeros = [-cos(pi * (2 * k + 1) / (2 * terms + 2)) for k in range(terms + 1)]
    z = [end * (x - zeros[0]) / (1 - zeros[0]) for x in zeros[1:]]
    return list(lu_solve(matrix([[x**j for j in range(terms)] for x in z]), matrix([ratio(x) for x in z])))


def rest(c):
    """1 - tanh(c)"""
    return 2 / (exp(2 * c) + 1)


def node(k, bits, density):
    """A number of so many bits near k/density at which 1 - tanh, and tanh below 3, almost are such numbers."""
    if k < 2:
        return mpf(0)
    middle = mpf(k) / density
    return near(
        middle,
        step_near(middle, bits),
        lambda c: error(rest(c), bits) < mpf(1) / 32 and (c > 3 or error(tanh(c), bits) < mpf(1) / 8),
    )


def row(c):
    return c, tanh(c), rest(c) * (1 + tanh(c)), rest(c)


def emit(bits, precision, terms, density, last):
    """A table up to `last`; u + shift has u in units of 1/density in its last bits."""
    shift = mpf(2) ** (precision - 1) / density
    fit = coefficients((mpf(3) / (2 * density)) ** 2, terms)
    print()
    table(f'TANH_CONSTANTS{bits}', f'f{bits}', [(shift, mpf(last), mpf(1) / 4), fit])
    table(f'TANH_ROWS{bits}', f'f{bits}', [row(node(k, precision, density)) for k in range(int(last * density) + 1)], lazy=True)


print('''// Written by tools/tanh-table.py. Do not edit.

// Constants: the shift that leaves units of 1/32 (f32: 1/16) in the last bits; the largest argument; ¼; coefficients of
// (y coth y − 1)/y² in powers of y², |y| ≤ 3/64 (3/32). Rows for k = 0, 1, …: c near k/32 (k/16; but 0 for k = 1),
// tanh c, 1 − tanh² c, 1 − tanh c.''')
emit(64, 53, 3, 32, 19.125)
emit(32, 24, 2, 16, 9.125)
