"""Derives assembly/normal-tail-table.ts: Phi(-y) e^(y^2/2) for 0 <= y < 40 by polynomials. Needs mpmath. Run:
python3 tools/normal-tail-table.py > assembly/normal-tail-table.ts
"""

import sys
from itertools import count
from mpmath import chebyfit, erfc, exp, mp, mpf, nint, pi, sqrt
from tables import error

mp.dps = 50
TERMS = 10


def tail(y):
    return erfc(y / sqrt(mpf(2))) * exp(y * y / 2) / 2


def node(middle):
    """A number of few bits near the middle at which the tail almost is a double (Gal, 1986)."""
    for j in count():
        c = nint(middle * 2 ** 22 + j) / mpf(2) ** 22
        if error(tail(c), 53) < mpf(1) / 64:
            return c


print('''// Written by tools/normal-tail-table.py. Do not edit.

// Rows for the sixteenths of the octaves of 1 + y: c near the middle, R(c), s₀ … s₉ of R(c + h) = R(c) + h·Σ sⱼhʲ,
// R(y) = Φ(−y)e^(y²/2).
// @ts-ignore: decorator
@lazy
export const NORMAL_TAIL_ROWS: usize = memory.data<f64>([''')
worst = 0
for k in range(85):
    low = mpf(2) ** (k // 16) * (1 + mpf(k % 16) / 16) - 1
    width = mpf(2) ** (k // 16) / 16
    c = node(low + width / 2)

    def chord_slope(h):
        return (tail(c + h) - tail(c)) / h if abs(h) > mpf(10) ** -20 else c * tail(c) - 1 / sqrt(2 * pi)

    s, fit_error = chebyfit(chord_slope, [low - c - width / 1000, low + width - c + width / 1000], TERMS, error=True)
    worst = max(worst, fit_error * width / 2 / tail(c) * 2 ** 53)
    row = [c, tail(c), *s[::-1]]
    for part in (row[:4], row[4:8], row[8:]):
        print('  ' + ' '.join(f'{float(x)!r},' for x in part))
print(']);')
print('largest error in 2^-53:', float(worst), file=sys.stderr)
