"""Derives the constants of assembly/softplus.ts and writes assembly/softplus-table.ts. Needs mpmath. Run:
python3 tools/softplus-table.py > assembly/softplus-table.ts
"""

from mpmath import exp, log1p, mp, mpf
from tables import error, fall, fit, near, step_near, table

mp.dps = 40


def softplus(y):
    """log(1 + exp(-y))"""
    return log1p(exp(-y))


def logistic(y):
    """1/(1 + exp(y))"""
    return 1 / (1 + exp(y))


def rest(d):
    """(log(1 + d) - d)/d^2"""
    return mpf(-1) / 2 if abs(d) < mpf(10) ** -12 else (log1p(d) - d) / d**2


def almost_numbers(c, bits):
    """Values with the same leading digits cannot both be chosen: then only the first."""
    return error(softplus(c), bits) < mpf(1) / 32 and (
        logistic(c) < mpf(2) ** (12 - bits)
        or error(logistic(c), bits) < mpf(1) / 16
        and (c > 2 or error(1 - logistic(c), bits) < mpf(1) / 8)
    )


def node(k, bits, density):
    """A number of so many bits near k/density at which the tabulated values almost are such numbers."""
    if k == 0:
        return mpf(0)
    middle = mpf(k) / density
    return near(middle, step_near(middle, bits), lambda c: almost_numbers(c, bits))


def emit(bits, precision, density, last, fall_terms, rest_terms):
    """u + shift has u in units of 1/density in its last bits."""
    shift = mpf(2) ** (precision - 1) / density
    end = mpf(1) / (2 * density)
    print()
    constants = [(shift, mpf(last)), fit(fall, end, fall_terms), fit(rest, end / 2, rest_terms)]
    table(f'SOFTPLUS_CONSTANTS{bits}', f'f{bits}', constants)
    rows = [(c, softplus(c), logistic(c)) for c in (node(k, precision, density) for k in range(last * density + 1))]
    table(f'SOFTPLUS_ROWS{bits}', f'f{bits}', [*rows, (mpf(0),)], lazy=True)


print('''// Written by tools/softplus-table.py. Do not edit.

// Constants: the shift that leaves units of 1/32 (f32: 1/16) in the last bits; the largest argument; coefficients of
// (1 − e^(−h))/h in powers of h, |h| ≤ 1/64 (1/32), and of (log(1 + d) − d)/d² in powers of d, |d| ≤ 1/128 (1/64). Rows
// for k = 0, 1, …: c near k/32 (k/16), log(1 + e^(−c)), 1/(1 + e^c); a number to load with the last.''')
emit(64, 53, 32, 16, 6, 5)
emit(32, 24, 16, 16, 3, 2)
