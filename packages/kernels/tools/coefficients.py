"""Derives the coefficients of assembly/coefficients.ts and writes that file. Needs mpmath.

Polynomials are Chebyshev fits of 40 digits (within a small factor of minimax); the rational function is a
weighted least-squares fit in the relative error on Chebyshev nodes (Loeb's iteration). Run:
python3 tools/coefficients.py > assembly/coefficients.ts
"""

import struct
from mpmath import (atanh, chebyfit, cos, erf, erfc, exp, expm1, log, matrix, mp, mpf, nstr, pi,
                    polyval, qr_solve, sqrt)

mp.dps = 40
HALF_LOG2 = log(2) / 2 * mpf('1.0001')


def exp_tail(r):
    """(e^r - 1 - r)/r^2"""
    r = mpf(r)
    if abs(r) < mpf(10) ** -8:
        return mpf(1) / 2 + r / 6 + r * r / 24
    return (expm1(r) - r) / r ** 2


def log_tail(z):
    """(2 atanh(s)/s - 2)/z with z = s^2"""
    z = mpf(z)
    if z < mpf(10) ** -10:
        return mpf(2) / 3 + 2 * z / 5 + 2 * z * z / 7
    s = sqrt(z)
    return (2 * atanh(s) / s - 2) / z


def erf_ratio(z):
    """erf(x)/x with z = x^2"""
    x = sqrt(mpf(z))
    return 2 / sqrt(pi) * (1 - x * x / 3) if x < mpf(10) ** -8 else erf(x) / x


def mills(y):
    """Phi(-y) e^(y^2/2), half of Mills' ratio times sqrt(2/pi)"""
    y = mpf(y)
    return erfc(y / sqrt(2)) * exp(y * y / 2) / 2


def fit(f, low, high, terms):
    return chebyfit(f, [low, high], terms)[::-1]


def fit_mills(n, m, largest):
    count, centre = 6 * (n + m + 2), mpf('2.5')
    last = (largest - centre) / (largest + centre)
    ys = []
    for i in range(count):
        v = (last - 1) / 2 - (last + 1) / 2 * cos(pi * (2 * i + 1) / (2 * count))
        ys.append(centre * (1 + v) / (1 - v))
    values = [mills(y) for y in ys]
    weights = [1 / value for value in values]
    for _ in range(4):
        a, b = matrix(count, n + 1 + m), matrix(count, 1)
        for i, (y, value) in enumerate(zip(ys, values)):
            for j in range(n + 1):
                a[i, j] = weights[i] * y ** j
            for j in range(1, m + 1):
                a[i, n + j] = -weights[i] * value * y ** j
            b[i] = weights[i] * value
        x = qr_solve(a, b)[0]
        p, q = list(x[: n + 1]), [mpf(1)] + list(x[n + 1:])
        weights = [1 / (v * abs(polyval(q[::-1], y))) for y, v in zip(ys, values)]
    return p, q


def rounded(x, bits):
    """The nearest number of `bits` bits."""
    exponent = int(mp.floor(mp.log(abs(x), 2))) - bits + 1
    return mp.nint(x / mpf(2) ** exponent) * mpf(2) ** exponent


def text(x, single):
    if isinstance(x, str):
        return x
    value = float(x)
    if single:
        value = struct.unpack('f', struct.pack('f', value))[0]
    return repr(value)


def table(name, type_name, groups):
    print(f'\nexport const {name}: usize = memory.data<{type_name}>([')
    for comment, numbers in groups:
        print(f'  // {comment}')
        for number in numbers:
            print(f'  {text(number, type_name == "f32")},')
    print(']);')


def emit(name, type_name, precision, exponent_bits, terms):
    bias = 2 ** (exponent_bits - 1) - 1
    high_bits = precision - exponent_bits - 1
    ln2_high = rounded(log(2), high_bits)
    tail = fit(exp_tail, -HALF_LOG2, HALF_LOG2, terms['exp'])
    narrow = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf('1.0001')
    mills_groups = []
    if 'mills' in terms:
        p, q = fit_mills(*terms['mills'], terms['tail end'])
        mills_groups = [('Φ(−y)e^(y²/2) = P(y)/Q(y), y ≥ 0: P', p), ('Q without its first coefficient 1', q[1:])]
    smallest = 2 - bias  # exponent of the smallest normal number, plus one for safety
    table(name, type_name, [
        ('0 … 7: 1, 2, 4, ½, −½, −2, 64, −0 (the sign bit)', [mpf(1), mpf(2), mpf(4), mpf('0.5'), mpf('-0.5'), mpf(-2), mpf(64), '-0.0']),
        ('8 … 11: 2^64, 2^−64, √2, 1/√(2π)', [mpf(2) ** 64, mpf(2) ** -64, sqrt(2), 1 / sqrt(2 * pi)]),
        ('12 … 15: where x replaces e^x − 1; smallest exponent there; 1/12; largest y of Φ(−y)', [mpf(10) ** (-300 if precision == 53 else -30), mpf(-40), mpf(1) / 12, terms['tail end']]),
        ('1/log 2; 1.5·2^(p−1) + exponent bias', [1 / log(2), mpf(3) * 2 ** (precision - 2) + bias]),
        ('log 2 = high + low, high·k exact', [ln2_high, log(2) - ln2_high]),
        ('below the first, above the second, e^x is scaled in two steps of 2^±64',
         [smallest * log(2), bias * log(2)]),
        ('beyond these e^x is 0, ∞', [-(bias + precision + 1) * log(2), (bias + 1) * log(2) * (1 + mpf(2) ** -(precision - 3))]),
        ('(e^r − 1 − r)/r², |r| ≤ log(2)/2: even, odd coefficients', tail[0::2] + tail[1::2]),
        ('(2 atanh(s)/s − 2)/s², s² ≤ 1/9', fit(log_tail, 0, mpf(1) / 9, terms['wide'])),
        ('the same, s² ≤ 0.0295', fit(log_tail, 0, narrow, terms['log'])),
        ('erf(x)/x in powers of x², |x| ≤ 1', fit(erf_ratio, 0, 1, terms['erf'])),
    ] + mills_groups)


print('// Written by tools/coefficients.py. Do not edit.')
emit('F64', 'f64', 53, 11, {'exp': 10, 'wide': 10, 'log': 7, 'erf': 12, 'tail end': mpf(39)})
emit('F32', 'f32', 24, 8, {'exp': 5, 'wide': 4, 'log': 3, 'erf': 6, 'mills': (4, 5), 'tail end': mpf('14.5')})
