"""Derives the constants of assembly/saturation.ts and writes assembly/tanh-table.ts. Needs mpmath. Run:
python3 tools/tanh-table.py > assembly/tanh-table.ts
"""

from itertools import count
import struct
from mpmath import chebyfit, exp, floor, ldexp, log, mp, mpf, nint, sqrt, tanh

mp.dps = 40


def ratio(z):
    """(tanh(y)/y - 1)/z with z = y^2"""
    z = mpf(z)
    if z < mpf(10) ** -10:
        return -mpf(1) / 3 + 2 * z / 15 - 17 * z * z / 315
    y = sqrt(z)
    return (tanh(y) / y - 1) / z


def text(x, single):
    value = float(x)
    return repr(struct.unpack('f', struct.pack('f', value))[0] if single else value)


def rest(c):
    """1 - tanh(c)"""
    return 2 / (exp(2 * c) + 1)


def error(x, bits):
    """Distance to the next number of so many bits, in units of the last one."""
    scaled = ldexp(x, bits - int(floor(log(x, 2))) - 1)
    return abs(scaled - nint(scaled))


def node(k, bits):
    """A number of so many bits near k/16 at which 1 - tanh, and tanh below 3, almost are such numbers (Gal, 1986)."""
    if k < 2:
        return mpf(0)
    step = mpf(2) ** max(-26, floor(log(mpf(k) / 16, 2)) + 1 - bits)
    for j in count():
        for c in (mpf(k) / 16 + j * step, mpf(k) / 16 - j * step):
            if error(rest(c), bits) < mpf(1) / 32 and (c > 3 or error(tanh(c), bits) < mpf(1) / 8):
                return c


def row(c):
    return c, tanh(c), rest(c) * (1 + tanh(c)), rest(c)


def table(name, type_name, rows):
    print(f'export const {name}: usize = memory.data<{type_name}>([')
    for numbers in rows:
        print('  ' + ' '.join(text(x, type_name == 'f32') + ',' for x in numbers))
    print(']);')


def emit(bits, precision, terms, last):
    """u + shift has u in sixteenths in its last bits."""
    shift = mpf(2) ** (precision - 1) / 16
    fit = chebyfit(ratio, [0, (mpf(3) / 32) ** 2], terms)[::-1]
    print()
    table(f'TANH_CONSTANTS{bits}', f'f{bits}', [(shift, mpf(last) / 16, mpf(1) / 4), fit])
    table(f'TANH_ROWS{bits}', f'f{bits}', [row(node(k, precision)) for k in range(last + 1)])


print('''// Written by tools/tanh-table.py. Do not edit.

// Constants: the shift that leaves sixteenths in the last bits; the largest argument; ¼; coefficients of (tanh y/y − 1)/y²
// in powers of y², |y| ≤ 3/32. Rows for k = 0, 1, …: c near k/16 (but 0 for k = 1), tanh c, 1 − tanh² c, 1 − tanh c.''')
emit(64, 53, 5, 306)
emit(32, 24, 2, 146)
