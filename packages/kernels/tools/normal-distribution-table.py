"""Derives the constants of assembly/normal-distribution.ts and writes assembly/normal-distribution-table.ts. Needs
mpmath. Run: python3 tools/normal-distribution-table.py > assembly/normal-distribution-table.ts
"""

from mpmath import erfc, exp, mp, mpf, pi, sqrt
from tables import error, fall, fit, near, step_near, table

mp.dps = 40
DENSITY = 32


def tail(y):
    """Phi(-y)"""
    return erfc(y / sqrt(mpf(2))) / 2


def density(y):
    return exp(-y * y / 2) / sqrt(2 * pi)


def almost_numbers(c, bits):
    """Whether Phi(-c), for small c also Phi(c), and phi(c) are nearly numbers of so many bits."""
    return (
        error(tail(c), bits) < mpf(1) / 32
        and (c > 1 or error(1 - tail(c), bits) < mpf(1) / 32)
        and error(density(c), bits) < mpf(1) / 16
    )


def node(k, bits):
    if k == 0:
        return mpf(0)
    middle = mpf(k) / DENSITY
    return near(middle, step_near(middle, bits), lambda c: almost_numbers(c, bits))


def emit(bits, precision, terms, last):
    """u + shift has u in units of 1/32 in its last bits."""
    shift = mpf(2) ** (precision - 1) / DENSITY
    # |v| <= |h|(c + |h|/2) with |h| <= 1/64
    end = mpf(last) / (2 * DENSITY)
    print()
    table(f'NORMAL_CONSTANTS{bits}', f'f{bits}', [(shift, mpf(last)), fit(fall, end, terms)])
    rows = [(c, tail(c), density(c)) for c in (node(k, precision) for k in range(last * DENSITY + 1))]
    table(f'NORMAL_ROWS{bits}', f'f{bits}', [*rows, (mpf(0),)], lazy=True)


print('''// Written by tools/normal-distribution-table.py. Do not edit.

// Constants: the shift that leaves units of 1/32 in the last bits; the largest argument; coefficients of
// (1 − e^(−v))/v in powers of v, |v| ≤ 1/8 (f32: 3/16). Rows for k = 0, 1, …: c near k/32, Φ(−c), φ(c); a number to load with the
// last.''')
emit(64, 53, 9, 8)
emit(32, 24, 5, 12)
