"""The abs-normal form of a program at a point, in exact fractions; Python's standard library alone.

Elementary functions at irrational values are intervals of fractions that hold the true value for sure. The form is that
of Griewank and Walther (2016): dz = Z d + L |dz| and df = a d + b |dz| for the switching variables z that are 0 at the
point, the absolute values of all others being replaced by plus or minus them.
"""
from fractions import Fraction as Q
from math import isqrt, prod

BITS = 192  # significant bits of the ends of intervals
LARGEST = 1 << 14  # of arguments of elementary functions


class Rejected(Exception):
    """A claim that is not shown, and why."""


def require(condition, reason):
    if not condition:
        raise Rejected(reason)


# ---- intervals

def rounded(x, up):
    n, d = x.numerator, x.denominator
    if n == 0 or max(abs(n).bit_length(), d.bit_length()) <= 2 * BITS:
        return x
    shift = BITS - abs(n).bit_length() + d.bit_length()
    return Q(((n << shift) // d if shift >= 0 else n // (d << -shift)) + up) / Q(2) ** shift


class I:
    """The real numbers from lo to hi; exact if they are one."""

    def __init__(self, lo, hi=None):
        exact = hi is None or lo == hi
        self.lo, self.hi = (lo, lo) if exact else (rounded(lo, 0), rounded(hi, 1))

    exact = property(lambda self: self.lo == self.hi)
    zero = property(lambda self: self.lo == 0 == self.hi)
    __add__ = lambda self, other: I(self.lo + other.lo, self.hi + other.hi)
    __neg__ = lambda self: I(-self.hi, -self.lo)
    __sub__ = lambda self, other: self + -other

    def __mul__(self, other):
        ends = [a * b for a in {self.lo, self.hi} for b in {other.lo, other.hi}]
        return I(min(ends), max(ends))

    def inverse(self):
        require(self.sign(), 'a divisor may be 0')
        return I(1 / self.hi, 1 / self.lo)

    def size(self):
        return self if self.lo >= 0 else -self if self.hi <= 0 else I(Q(0), max(-self.lo, self.hi))

    def sign(self):
        """-1, 0, 1, or None where the interval does not tell."""
        return 0 if self.zero else 1 if self.lo > 0 else -1 if self.hi < 0 else None


ZERO, ONE, HALF = I(Q(0)), I(Q(1)), I(Q(1, 2))
total = lambda intervals: sum(intervals, start=ZERO)


# ---- elementary functions: enclosures from series with bounds on their rests

def series(term, rest):
    """The partial sum that leaves a rest of at most rest(n), and this."""
    s, n = Q(0), 0
    while rest(n) > Q(1, 1 << BITS):
        s, n = s + term(n), n + 1
    return I(s - rest(n), s + rest(n))


def exp_at(x):
    halvings = (abs(x.numerator) // x.denominator).bit_length() + 6
    y = x / (1 << halvings)
    power = lambda n: y ** n / prod(range(1, n + 1))
    s = series(power, lambda n: 2 * abs(power(n)))
    for _ in range(halvings):
        s = I(rounded(s.lo ** 2, 0), rounded(s.hi ** 2, 1))
    return s


def log_at(x):
    """By log m = 2 artanh((m - 1)/(m + 1)) for m from 1/2 to 2."""
    near_1 = lambda y: series(lambda n: 2 * y ** (2 * n + 1) / (2 * n + 1), lambda n: 3 * abs(y) ** (2 * n + 1))
    shift = x.numerator.bit_length() - x.denominator.bit_length()
    m = x / Q(2) ** shift
    return near_1((m - 1) / (m + 1)) + I(Q(shift)) * near_1(Q(1, 3))


def circle_at(x):
    """cos x and sin x, by doubling a small angle."""
    halvings = (abs(x.numerator) // x.denominator).bit_length() + 4
    power = lambda n: (x / (1 << halvings)) ** n / prod(range(1, n + 1))
    c, s = (series(lambda n: (-1) ** n * power(2 * n + odd), lambda n: abs(power(2 * n + odd))) for odd in (0, 1))
    for _ in range(halvings):
        c, s = c * c - s * s, I(Q(2)) * c * s
    return c, s


def root_at(x):
    n, d = isqrt(x.numerator), isqrt(x.denominator)
    r = isqrt((x.numerator << 2 * BITS + 2 * d.bit_length()) // x.denominator)
    scale = 1 << BITS + d.bit_length()
    return I(Q(n, d)) if n * n == x.numerator and d * d == x.denominator else I(Q(r, scale), Q(r + 1, scale))


def increasing(at, domain='all'):
    def enclose(x):
        require(domain == 'all' or x.lo > 0, 'a function is not Lipschitz here, or may not be')
        return I(at(x.lo).lo, at(x.hi).hi)
    return enclose


def wave(which):
    """cos or sin, whose slopes are at most 1 in size."""
    def enclose(x):
        y, radius = circle_at((x.lo + x.hi) / 2)[which], (x.hi - x.lo) / 2
        return I(Q(1 - which)) if x.zero else I(y.lo - radius, y.hi + radius)
    return enclose


exp, log, sqrt, cos, sin = increasing(exp_at), increasing(log_at, '> 0'), increasing(root_at, '> 0'), wave(0), wave(1)
logistic = lambda x: (ONE + exp(-x)).inverse()
# value from x, derivative from x and the value, and an argument where the value is rational, with this
ELEMENTARY = {
    'exp': (exp, lambda x, y: y, 0, 1),
    'expm1': (lambda x: exp(x) - ONE, lambda x, y: y + ONE, 0, 0),
    'log': (log, lambda x, y: x.inverse(), 1, 0),
    'log1p': (lambda x: log(x + ONE), lambda x, y: (x + ONE).inverse(), 0, 0),
    'sin': (sin, lambda x, y: cos(x), 0, 0),
    'cos': (cos, lambda x, y: -sin(x), 0, 1),
    'tanh': (lambda x: ONE - I(Q(2)) * logistic(I(Q(-2)) * x), lambda x, y: ONE - y * y, 0, 0),
    'logistic': (logistic, lambda x, y: y * (ONE - y), 0, Q(1, 2)),
    'softplus': (lambda x: log(ONE + exp(x)), lambda x, y: HALF if x.zero else logistic(x), None, 0),
    'sqrt': (sqrt, lambda x, y: HALF * y.inverse(), None, 0),
    'reciprocal': (I.inverse, lambda x, y: -(y * y), None, 0),
}


# ---- the program as scalars

class Scalars:
    """Constants, inputs, |z| of active kinks, sums, products and calls of functions: values and partial derivatives,
    keys that are equal for equal formulas, and which are piecewise affine."""

    def __init__(self, point):
        self.value, self.partials, self.kind, self.key, self.affine = [], [], [], [], []
        self.active, self.keys = [], {}
        self.inputs = [self.push(I(x), [], 'input', t) for t, x in enumerate(point)]

    def push(self, value, partials, kind, of=None, is_affine=True):
        self.value.append(value)
        self.partials.append(partials)
        self.kind.append((kind, of))
        self.key.append(self.name((kind, of, *(self.key[u] for u, _ in partials))))
        self.affine.append(is_affine and all(self.affine[u] for u, _ in partials))
        return len(self.value) - 1

    def name(self, formula):
        return self.keys.setdefault(formula, len(self.keys))

    def constant(self, x):
        return self.push(I(x), [], 'constant', x)

    def sum(self, ids):
        return self.push(total(self.value[u] for u in ids), [(u, ONE) for u in ids], 'sum')

    def product(self, u, v):
        x, y, is_scaling = self.value[u], self.value[v], 'constant' in (self.kind[u][0], self.kind[v][0])
        return self.push(x * y, [(u, y), (v, x)], 'product', is_affine=is_scaling)

    def scaled(self, c, u):
        return self.product(self.constant(Q(c)), u)

    def call(self, op, u):
        (value, derivative, where, known), x = ELEMENTARY[op], self.value[u]
        require(op == 'reciprocal' or x.size().hi < LARGEST, f'an argument of {op} is too large for this checker')
        y = I(Q(known)) if x.exact and x.lo == where else value(x)
        return self.push(y, [(u, derivative(x, y))], op, is_affine=False)

    def inverse(self, v):
        kind, x = self.kind[v]
        return self.constant(1 / x) if kind == 'constant' else self.call('reciprocal', v)

    def kink(self, below, above, u, v=None):
        """below z for z < 0, above z for z > 0, with z = u or, added to v, u - v."""
        z = u if v is None else self.sum([u, self.scaled(-1, v)])
        sign = self.value[z].sign()
        require(sign is not None, 'the sign of a switching variable is hidden')
        if v is not None and sign != 0:
            return u if sign * (above - below) > 0 else v
        if sign != 0:
            return self.scaled(above if sign > 0 else below, u)
        self.active.append(z)
        size = self.push(ZERO, [], 'kink', len(self.active) - 1)
        self.key[size], self.affine[size] = self.name(('size', self.key[z])), self.affine[z]
        rest = [self.scaled(above + below if v is None else Q(1, 2), w) for w in ([u] if v is None else [u, v])]
        return self.sum([*(rest if v is not None else [self.scaled(Q(1, 2), rest[0])]),
                         self.scaled((above - below) / 2, size)])

    def derivatives(self, at):
        """Of one scalar by the inputs, and by |z| of the active kinks."""
        adjoint, by = {at: ONE}, {'input': {}, 'kink': {}}
        for i in range(at, -1, -1):
            bar, (kind, of) = adjoint.pop(i, ZERO), self.kind[i]
            if not bar.zero and kind in by:
                by[kind][of] = bar
            for u, partial in self.partials[i] if not bar.zero else []:
                adjoint[u] = adjoint.get(u, ZERO) + bar * partial
        return ({t: x for t, x in by[kind].items() if not x.zero} for kind in by)


def positions(shape, strides, start=0):
    """Where the entries of an array of this shape lie, in row-major order."""
    where = [start]
    for extent, stride in zip(shape, strides):
        where = [w + i * stride for w in where for i in range(extent)]
    return where


def strides_of(shape):
    return [prod(shape[i + 1:]) for i in range(len(shape))]


def spread(ids, shape, to):
    own = [0] * (len(to) - len(shape)) + [s if n != 1 else 0 for s, n in zip(strides_of(shape), shape)]
    return [ids[at] for at in positions(to, own)]


def number(x):
    require(isinstance(x, (int, float)) and not isinstance(x, bool) and abs(x) < float('inf'), f'{x} is no number')
    return Q(float(x))


def entries(tape, node, xs):
    """The scalars of one node, from those of its inputs and their shapes."""
    op, shape, half = node['op'], node['shape'], Q(1, 2)
    ids, own = xs[0] if xs else ([], [])
    each = {
        'neg': lambda u: tape.scaled(-1, u), 'square': lambda u: tape.product(u, u),
        'abs': lambda u: tape.kink(Q(-1), Q(1), u), 'relu': lambda u: tape.kink(Q(0), Q(1), u),
        'leakyRelu': lambda u: tape.kink(number(node['slope']), Q(1), u), 'reshape': lambda u: u,
    }
    both = {
        'add': lambda u, v: tape.sum([u, v]), 'sub': lambda u, v: tape.sum([u, tape.scaled(-1, v)]),
        'mul': tape.product, 'div': lambda u, v: tape.product(u, tape.inverse(v)),
        'maximum': lambda u, v: tape.kink(-half, half, u, v), 'minimum': lambda u, v: tape.kink(half, -half, u, v),
    }
    at, axis = strides_of(own), node.get('axis', 0)
    if op == 'input':
        return tape.inputs
    if op == 'constant':
        return [tape.constant(number(0 if x == '-0' else x)) for x in node['value']]
    if op in both:
        return [both[op](u, v) for u, v in zip(spread(*xs[0], shape), spread(*xs[1], shape))]
    if op in each:
        return [each[op](u) for u in ids]
    if op in ELEMENTARY and op != 'reciprocal':
        return [tape.call(op, u) for u in ids]
    if op == 'pow' and node['exponent'] == -1:
        return [tape.inverse(u) for u in ids]
    if op == 'broadcast':
        return spread(ids, own, shape)
    if op == 'transpose':
        return [ids[i] for i in positions(shape, [at[axis] for axis in node['permutation']])]
    if op == 'slice':
        start = sum(s * t for s, t in zip(node['starts'], at))
        return [ids[i] for i in positions(shape, [s * t for s, t in zip(node['steps'], at)], start)]
    if op == 'gather':
        outer, inner = range(prod(own[:axis])), range(prod(own[axis + 1:]))
        return [ids[(o * own[axis] + g) * len(inner) + i] for o in outer for g in node['indices'] for i in inner]
    if op == 'sum':
        kept = [axis for axis in range(len(own)) if axis not in node['axes']]
        inside, groups = (positions([own[a] for a in axes], [at[a] for a in axes]) for axes in (node['axes'], kept))
        return [tape.sum([ids[g + i] for i in inside]) for g in groups]
    require(op == 'matmul' and node['masked'] == 'none', f'the op {op} is not known to this checker')
    (a, left), (b, right) = xs
    (m, k), n = left[-2:], right[-1]
    return [tape.sum([tape.product(a[(s * m + i) * k + l], b[(s * k + l) * n + j]) for l in range(k)])
            for s in range(prod(left[:-2])) for i in range(m) for j in range(n)]


# ---- the abs-normal form of the active kinks

def independent_rows(rows):
    """The first of these rows of intervals that are independent for sure: elimination."""
    pivots, kept = [], []
    for i, row in enumerate(map(dict, rows)):
        for column, pivot in pivots:
            if column in row:
                factor = row.pop(column) * pivot[column].inverse()
                row.update({t: row.get(t, ZERO) - factor * x for t, x in pivot.items() if t != column})
        lead = max((t for t in row if row[t].sign()), key=lambda t: row[t].size().lo, default=None)
        if lead is not None:
            pivots.append((lead, row))
            kept.append(i)
    return kept


class Local:
    """Z, L, b and a of the active kinks z that the value depends on; `flat` are those with gradient 0 always."""

    def __init__(self, program, point):
        require(len(program['inputs']) == 1 == len(program['outputs']), 'one input and one output are needed')
        self.tape, arrays, rows = Scalars(point), [], {}
        for node in program['nodes']:
            require(all(0 <= i < len(arrays) for i in node['inputs']), 'a node comes before its inputs')
            ids = entries(self.tape, node, [arrays[i] for i in node['inputs']])
            require(len(ids) == prod(node['shape']), f'{node["op"]} has another shape')
            arrays.append((ids, node['shape']))
        (output,), _ = arrays[program['outputs'][0]]
        self.a, weights = self.tape.derivatives(output)
        for i, z in reversed(list(enumerate(self.tape.active))):
            if any(i in by_kink for by_kink in [weights, *(row[1] for row in rows.values())]):
                rows[i] = list(self.tape.derivatives(z))
        at = sorted(rows)
        self.z, self.b = [self.tape.active[i] for i in at], [weights.get(i, ZERO) for i in at]
        self.Z = [rows[i][0] for i in at]
        self.L = [{at.index(j): x for j, x in rows[i][1].items() if j in rows} for i in at]
        self.flat = []
        for Z, L in zip(self.Z, self.L):
            self.flat.append(not Z and all(self.flat[j] for j in L))

    def classes(self):
        """Kinks of one function up to a factor, as lists of (kink, factor), the first with factor 1: of the same
        formula, or affine with proportional rows."""
        classes = {}
        for i, (z, row) in enumerate(zip(self.z, self.Z)):
            is_affine = self.tape.affine[z] and not self.L[i]
            lead = row[min(row)] if row and is_affine else ONE
            key = tuple((t, x.lo / lead.lo) for t, x in sorted(row.items())) if is_affine else self.tape.key[z]
            if not self.flat[i]:
                classes.setdefault(key, []).append((i, lead))
        return [[(i, c * of[0][1].inverse()) for i, c in of] for of in classes.values()]

    def is_first_order_enough(self):
        """Whether nearby patterns of signs are those of first order: kinks that are piecewise affine depend on their
        rows alone, and the gradients of the others are independent of these and of each other."""
        firsts = [of[0][0] for of in self.classes()]
        affine = [self.Z[i] for i in firsts if self.tape.affine[self.z[i]]]
        rows = [affine[k] for k in independent_rows(affine)]
        rows += [self.Z[i] for i in firsts if not self.tape.affine[self.z[i]]]
        return len(independent_rows(rows)) == len(rows)

    def sweep(self, choice):
        """b of a backward sweep with these signs of the kinks, times them."""
        omega = list(self.b)
        for m in reversed(range(len(omega))):
            omega[m] = omega[m] * I(choice[m])
            for j, c in self.L[m].items():
                omega[j] = omega[j] + omega[m] * c
        return omega

