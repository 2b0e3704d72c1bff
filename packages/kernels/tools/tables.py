"""What the tables of elementary functions have in common. Needs mpmath."""

from itertools import count
import struct
from mpmath import cos, exp, expm1, floor, ldexp, log, lu_solve, matrix, mpf, nint, pi


def error(x, bits):
    """Distance to the next number of so many bits, in units of the last one."""
    scaled = ldexp(x, bits - int(floor(log(x, 2))) - 1)
    return abs(scaled - nint(scaled))


def near(middle, step, almost):
    """The number nearest to the middle, in steps, at which the tabulated values almost are numbers (Gal, 1986)."""
    for j in count():
        for c in (middle + j * step, middle - j * step):
            if almost(c):
                return c


def step_near(x, bits):
    """The last place of numbers just above x, at least 2^-26."""
    return mpf(2) ** max(-26, floor(log(x, 2)) + 1 - bits)


def fit(function, end, terms):
    """The polynomial through function at the zeros of a Chebyshev polynomial of [-end, end]; 0 is one if terms is odd."""
    x = [-end * cos(pi * (2 * k + 1) / (2 * terms)) for k in range(terms)]
    return list(lu_solve(matrix([[t**j for j in range(terms)] for t in x]), matrix([function(t) for t in x])))


def fall(v):
    """(1 - exp(-v))/v"""
    v = mpf(v)
    return mpf(1) if v == 0 else -expm1(-v) / v


def text(x, single):
    value = float(x)
    return repr(struct.unpack('f', struct.pack('f', value))[0] if single else value)


def table(name, type_name, rows, lazy=False):
    """A lazy table is none of the module's data: table-rows.ts makes it in memory."""
    if lazy:
        print('// @ts-ignore: decorator\n@lazy')
    print(f'export const {name}: usize = memory.data<{type_name}>([')
    for numbers in rows:
        print('  ' + ' '.join(text(x, type_name == 'f32') + ',' for x in numbers))
    print(']);')
