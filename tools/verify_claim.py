#!/usr/bin/env python3
"""Checks claims about generalized gradients without the code that made them: python3 verify_claim.py claim.json ...

A claim is a program, a point, a vector, and for each of the Frechet, limiting, Bouligand and Clarke subdifferentials an
answer with a proof. Everything is computed anew: the program in exact fractions, elementary functions at irrational
values in intervals of fractions that hold the true value for sure, and from both the abs-normal form of active kinks.
Directions, weights, multipliers and search trees are taken from the proof and inserted. A claim is accepted if every
answer "in" or "out" is shown, and rejected with the reason otherwise; the exit status is 1 if one is rejected.
Sources: Griewank and Walther (2016) for abs-normal forms; Baumgaertner and Bethke, arXiv 2407.09639, for what the
piecewise linearization says about the function. Only Python's standard library is used.
"""
import json
import sys
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction as Q
from itertools import product
from math import isqrt, prod

DIGITS = 60  # of the ends of intervals
LARGEST = 1 << 14  # of arguments of elementary functions
LONGEST = 256  # of products of forms that are multiplied out


class Rejected(Exception):
    """A claim that is not shown, and why."""


def require(condition, reason):
    if not condition:
        raise Rejected(reason)


# ---- intervals

BELOW, ABOVE = (Context(DIGITS, way, MIN_EMIN, MAX_EMAX) for way in (ROUND_FLOOR, ROUND_CEILING))
decimal = lambda x, way: way.divide(Decimal(x.numerator), Decimal(x.denominator))


class I:
    """The real numbers from lo to hi; exact if they are one."""

    def __init__(self, lo, hi=None):
        self.exact = hi is None or lo == hi
        is_long = lambda x: max(x.numerator.bit_length(), x.denominator.bit_length()) > 400
        rounded = lambda x, way: Q(decimal(x, way)) if is_long(x) and not self.exact else x
        self.lo, self.hi = rounded(Q(lo), BELOW), rounded(Q(lo if hi is None else hi), ABOVE)

    def __add__(self, other):
        other = as_interval(other)
        return I(self.lo + other.lo, self.hi + other.hi)

    def __mul__(self, other):
        other = as_interval(other)
        ends = [a * b for a in {self.lo, self.hi} for b in {other.lo, other.hi}]
        return I(min(ends), max(ends))

    def inverse(self):
        require(sign(self), 'a divisor may be 0')
        return I(1 / self.hi, 1 / self.lo)

    __radd__, __rmul__ = __add__, __mul__
    __neg__ = lambda self: I(-self.hi, -self.lo)
    __sub__ = lambda self, other: self + -as_interval(other)
    __truediv__ = lambda self, other: self * as_interval(other).inverse()
    __abs__ = lambda self: self if self.lo >= 0 else -self if self.hi <= 0 else I(0, max(-self.lo, self.hi))
    __bool__ = lambda self: not self.lo == 0 == self.hi


as_interval = lambda x: x if isinstance(x, I) else I(x)


def sign(x):
    """-1, 0, 1, or None where an interval does not tell."""
    x = as_interval(x)
    return 0 if not x else 1 if x.lo > 0 else -1 if x.hi < 0 else None


# ---- elementary functions: Python's decimal exp, ln and sqrt are correctly rounded, series have bounds on their rests

def increasing(name, x):
    require(name == 'exp' or x.lo > 0, 'a function is not Lipschitz here, or may not be')
    lo, hi = getattr(BELOW, name)(decimal(x.lo, BELOW)), getattr(ABOVE, name)(decimal(x.hi, ABOVE))
    return I(Q(BELOW.next_minus(lo)), Q(ABOVE.next_plus(hi)))


def circle(x):
    """cos and sin, whose slopes are at most 1 in size: those of a small angle, doubled."""
    middle, radius = (x.lo + x.hi) / 2, (x.hi - x.lo) / 2
    halvings = (abs(middle.numerator) // middle.denominator).bit_length() + 4
    term = lambda n: (middle / 2 ** halvings) ** n / prod(range(1, n + 1))
    rest = I(-Q(16) ** -50, Q(16) ** -50)  # more than the first terms left out
    c, s = (rest + sum((-1) ** n * term(2 * n + odd) for n in range(25)) for odd in (0, 1))
    for _ in range(halvings):
        c, s = c * c - s * s, 2 * c * s
    return c + I(-radius, radius), s + I(-radius, radius)


def root(x):
    r = Q(isqrt(abs(x.lo.numerator)), isqrt(x.lo.denominator))
    return I(r) if x.exact and x.lo == r * r != 0 else increasing('sqrt', x)


cos, sin = (lambda x: circle(x)[0] if x else I(1)), (lambda x: circle(x)[1] if x else I(0))
# value from x, derivative from x and the value; exact where they are rational
PRIMITIVES = {
    'exp': (lambda x: increasing('exp', x) if x else I(1), lambda x, y: y),
    'log': (lambda x: increasing('ln', x) if x + -1 else I(0), lambda x, y: x.inverse()),
    'sin': (sin, lambda x, y: cos(x)),
    'cos': (cos, lambda x, y: -sin(x)),
    'sqrt': (root, lambda x, y: (2 * y).inverse()),
    'reciprocal': (I.inverse, lambda x, y: -(y * y)),
}


# ---- sparse vectors, of fractions or intervals

def combined(*terms):
    """The sum of factor * vector, without entries 0."""
    total = {}
    for factor, v in terms:
        for t, x in v.items():
            total[t] = total[t] + factor * x if t in total else factor * x
    return {t: x for t, x in total.items() if x}


def reduced(row, pivots):
    for column, pivot in pivots:
        if column in row:
            factor = row[column] / pivot[column]
            row = {t: x for t, x in combined((1, row), (-factor, pivot)).items() if t != column}
    return row


def independent_rows(rows):
    """The first of these rows that are independent for sure: elimination."""
    pivots, kept = [], []
    for i, row in enumerate(rows):
        row = reduced(row, pivots)
        lead = max((t for t in row if sign(row[t])), key=lambda t: as_interval(abs(row[t])).lo, default=None)
        if lead is not None:
            pivots.append((lead, row))
            kept.append(i)
    return kept


dot = lambda u, v: sum(x * v[t] for t, x in u.items() if t in v)
fractions = lambda v: {t: x.lo for t, x in v.items()}


# ---- the program as scalars

class Tape:
    """Constants, inputs, |z| of active kinks, sums, products and calls of functions: values and partial derivatives,
    and as forms: polynomials in inputs, |z| and calls, {sorted atoms: coefficient}, equal only for equal functions."""

    def __init__(self, point):
        self.value, self.partials, self.kind, self.active = [], [], [], []
        self.forms, self.names, self.size_of, self.unit, self.kinked = [], {}, {}, {}, set()
        self.inputs = [self.push(I(x), [], 'input', t) for t, x in enumerate(point)]

    def push(self, value, partials, kind, of=None):
        self.value.append(value)
        self.partials.append(partials)
        self.kind.append((kind, of))
        return len(self.value) - 1

    def constant(self, x):
        return self.push(I(x), [], 'constant', Q(x))

    def sum(self, ids):
        return self.push(sum((self.value[u] for u in ids), start=I(0)), [(u, I(1)) for u in ids], 'sum')

    def product(self, u, v):
        x, y = self.value[u], self.value[v]
        return self.push(x * y, [(u, y), (v, x)], 'product')

    def scaled(self, c, u):
        return self.product(self.constant(c), u)

    def call(self, op, u):
        (value, derivative), x = PRIMITIVES[op], self.value[u]
        require(op == 'reciprocal' or abs(x).hi < LARGEST, f'an argument of {op} is too large for this checker')
        y = value(x)
        return self.push(y, [(u, derivative(x, y))], op)

    def plus(self, c, u):
        return self.sum([self.constant(c), u])

    def logistic(self, u):
        return self.inverse(self.plus(1, self.call('exp', self.scaled(-1, u))))

    def inverse(self, v):
        kind, x = self.kind[v]
        return self.constant(1 / x) if kind == 'constant' else self.call('reciprocal', v)

    def kink(self, below, above, u, v=None):
        """below z for z < 0, above z for z > 0, with z = u or, added to v, u - v."""
        z = u if v is None else self.sum([u, self.scaled(-1, v)])
        side, middle = sign(self.value[z]), (above + below) / 2
        require(side is not None, 'the sign of a switching variable is hidden')
        if side and v is not None:
            return u if side * (above - below) > 0 else v
        if side:
            return self.scaled(above if side > 0 else below, u)
        self.active.append(z)
        size = self.push(I(0), [], 'size', len(self.active) - 1)
        rest = [self.scaled(middle, u)] if v is None else [self.scaled(Q(1, 2), w) for w in (u, v)]
        return self.sum([*rest, self.scaled((above - below) / 2, size)])

    def derivatives(self, at):
        """Of one scalar by the inputs, and by |z| of the active kinks."""
        adjoint, by = {at: I(1)}, {'input': {}, 'size': {}}
        for i in range(at, -1, -1):
            bar, (kind, of) = adjoint.pop(i, 0), self.kind[i]
            if bar and kind in by:
                by[kind][of] = bar
            for u, partial in self.partials[i] if bar else []:
                adjoint[u] = adjoint.get(u, 0) + bar * partial
        return by['input'], by['size']

    def form(self, at):
        while len(self.forms) <= at:
            self.forms.append(self.next_form(*self.kind[len(self.forms)], self.partials[len(self.forms)]))
        return self.forms[at]

    def next_form(self, kind, of, partials):
        parts = [self.forms[u] for u, _ in partials]
        if kind in ('constant', 'input'):
            return {(): of} if kind == 'constant' and of else {} if kind == 'constant' else self.atom('input', of)
        if kind == 'sum':
            return combined(*((1, part) for part in parts))
        if kind == 'product':
            if len(parts[0]) * len(parts[1]) > LONGEST and set(parts[0]) != {()} != set(parts[1]):
                parts = [self.atom('form', self.name(f)[0], self.name(f)[1], self.has_kinks(f)) for f in parts]
            u, v = parts
            return combined(*((x, {tuple(sorted(m + n)): y for n, y in v.items()}) for m, x in u.items()))
        if kind == 'size':
            name, factor = self.name(self.forms[self.active[of]])
            size = self.atom('size', name, abs(factor), True)
            self.size_of.update({m: name for m in size})
            return size
        value = self.value[len(self.forms)]
        if value.exact and set(parts[0]) <= {()}:
            return combined((value.lo, {(): Q(1)}))
        return self.atom(kind, self.name(parts[0]), 1, self.has_kinks(parts[0]))

    def atom(self, kind, of, factor=1, is_kinked=False):
        number, value = self.names.setdefault((kind, of), len(self.names)), self.value[len(self.forms)]
        self.unit.update({number: value} if kind not in ('size', 'form') and sign(value) else {})
        self.kinked.update({number} if is_kinked else ())
        return combined((factor, {(number,): Q(1)}))

    def without_units(self, form):
        """The form without common factors that are not 0 near the point, and these."""
        units = []
        for atom in set.intersection(*map(set, form)) & set(self.unit) if form else ():
            while all(atom in monomial for monomial in form):
                units.append(atom)
                cut = lambda m: m[:m.index(atom)] + m[m.index(atom) + 1:]
                form = {cut(monomial): x for monomial, x in form.items()}
        return form, units

    def has_kinks(self, form):
        return any(atom in self.kinked for monomial in form for atom in monomial)

    def name(self, form):
        """A name that all multiples of a function share, and which multiple this is."""
        entries = sorted(form.items())
        factor = entries[0][1] if entries else Q(0)
        return self.names.setdefault(tuple((m, x / factor) for m, x in entries), len(self.names)), factor


# ---- arrays of scalars, {index: scalar}

indices = lambda shape: product(*map(range, shape))


def number(x):
    require(isinstance(x, (int, float)) and not isinstance(x, bool) and abs(x) < float('inf'), f'{x} is no number')
    return Q(float(x))


def spread(x, shape, to):
    """Broadcasting: extents 1 and missing leading axes are repeated."""
    extents = to[len(to) - len(shape):]
    require(len(extents) == len(shape) and all(n in (1, m) for n, m in zip(shape, extents)), 'a shape does not fit')
    return {i: x[tuple(k if n != 1 else 0 for k, n in zip(i[len(to) - len(shape):], shape))] for i in indices(to)}


def array(tape, node, xs):
    """The scalars of one node, from those of its inputs and their shapes."""
    op, shape, half = node['op'], node['shape'], Q(1, 2)
    x, own = xs[0] if xs else ({}, [])
    in_order = lambda scalars: dict(zip(indices(shape), scalars, strict=True))
    e = lambda u: tape.call('exp', u)
    each = {
        'neg': lambda u: tape.scaled(-1, u), 'square': lambda u: tape.product(u, u),
        'abs': lambda u: tape.kink(Q(-1), Q(1), u), 'relu': lambda u: tape.kink(Q(0), Q(1), u),
        'leakyRelu': lambda u: tape.kink(number(node['slope']), Q(1), u), 'reshape': lambda u: u,
        'expm1': lambda u: tape.plus(-1, e(u)), 'log1p': lambda u: tape.call('log', tape.plus(1, u)),
        'softplus': lambda u: tape.call('log', tape.plus(1, e(u))), 'logistic': tape.logistic,
        'logCosh': lambda u: tape.sum([tape.call('log', tape.sum([e(u), e(tape.scaled(-1, u))])),
                                       tape.scaled(-1, tape.call('log', tape.constant(2)))]),
        'tanh': lambda u: tape.plus(1, tape.scaled(-2, tape.logistic(tape.scaled(-2, u)))),
    }
    both = {
        'add': lambda u, v: tape.sum([u, v]), 'sub': lambda u, v: tape.sum([u, tape.scaled(-1, v)]),
        'mul': tape.product, 'div': lambda u, v: tape.product(u, tape.inverse(v)),
        'maximum': lambda u, v: tape.kink(-half, half, u, v), 'minimum': lambda u, v: tape.kink(half, -half, u, v),
    }
    if op == 'input':
        return in_order(tape.inputs)
    if op == 'constant':
        return in_order(tape.constant(number(0 if entry == '-0' else entry)) for entry in node['value'])
    if op in both:
        longest = max((s for _, s in xs), key=len)
        padded = [[1] * (len(longest) - len(s)) + s for _, s in xs]
        require(shape == [max(n, m) if n and m else 0 for n, m in zip(*padded)], f'{op} has another shape')
        return in_order(map(both[op], *(spread(*pair, shape).values() for pair in xs)))
    if op in each or op in PRIMITIVES and op != 'reciprocal':
        require(own == shape or op == 'reshape', f'{op} has another shape')
        return in_order(each[op](u) if op in each else tape.call(op, u) for u in x.values())
    if op == 'pow' and node['exponent'] == -1:
        return in_order(map(tape.inverse, x.values()))
    if op == 'broadcast':
        return spread(x, own, shape)
    if op == 'transpose':
        require(shape == [own[axis] for axis in node['permutation']], 'transpose has another shape')
        return {i: x[tuple(i[node['permutation'].index(axis)] for axis in range(len(i)))] for i in indices(shape)}
    if op == 'slice':
        return {i: x[tuple(s + k * t for k, s, t in zip(i, node['starts'], node['steps']))] for i in indices(shape)}
    if op == 'gather':
        axis, chosen = node['axis'], node['indices']
        return {i: x[(*i[:axis], chosen[i[axis]], *i[axis + 1:])] for i in indices(shape)}
    if op in ('sum', 'logSumExp'):
        groups, is_log = {}, op == 'logSumExp'
        require(shape == [n for axis, n in enumerate(own) if axis not in node['axes']], f'{op} has another shape')
        for i, u in x.items():
            group = groups.setdefault(tuple(k for axis, k in enumerate(i) if axis not in node['axes']), [])
            group.append(e(u) if is_log else u)
        totals = map(tape.sum, groups.values())
        return in_order(tape.call('log', u) if is_log else u for u in totals)
    require(op == 'matmul' and node['masked'] == 'none', f'the op {op} is not known to this checker')
    y, inner = xs[1][0], range(own[-1])
    entry = lambda s, i, j: tape.sum([tape.product(x[*s, i, l], y[*s, l, j]) for l in inner])
    return {(*s, i, j): entry(s, i, j) for *s, i, j in indices(shape)}


# ---- the abs-normal form of the active kinks

class Local:
    """dz = Z d + L |dz| and df = a d + b |dz| for the active kinks z that the value depends on; `flat` are those whose
    gradients are always 0."""

    def __init__(self, program, point):
        require(len(program['inputs']) == 1 == len(program['outputs']), 'one input and one output are needed')
        self.tape, arrays, rows = Tape(point), [], {}
        for node in program['nodes']:
            require(all(0 <= i < len(arrays) for i in node['inputs']), 'a node comes before its inputs')
            scalars = array(self.tape, node, [arrays[i] for i in node['inputs']])
            require(len(scalars) == prod(node['shape']), f'{node["op"]} has another shape')
            arrays.append((scalars, node['shape']))
        (self.output,) = arrays[program['outputs'][0]][0].values()
        self.a, weights = self.tape.derivatives(self.output)
        for i, z in reversed(list(enumerate(self.tape.active))):
            if any(i in by_size for by_size in [weights, *(row[1] for row in rows.values())]):
                rows[i] = self.tape.derivatives(z)
        self.place = {i: k for k, i in enumerate(sorted(rows))}
        self.z, self.b = [self.tape.active[i] for i in self.place], [weights.get(i, I(0)) for i in self.place]
        self.Z = [rows[i][0] for i in self.place]
        self.L = [{self.place[j]: x for j, x in rows[i][1].items() if j in rows} for i in self.place]
        self.flat = []
        for Z, L in zip(self.Z, self.L):
            self.flat.append(not Z and all(self.flat[j] for j in L))

    def classes(self):
        """Kinks of one function up to a factor that is not 0 near the point, as lists of (kink, factor)."""
        classes, tape = {}, self.tape
        for i, z in enumerate(self.z):
            form, units = tape.without_units(tape.form(z))
            name, factor = tape.name(form)
            if not self.flat[i]:
                classes.setdefault(name, []).append((i, units, factor))
        size = lambda units: prod(map(tape.unit.get, units), start=I(1))
        ratio = lambda u, v: I(1) if u == v else size(u) / size(v)
        return [[(i, ratio(u, of[0][1]) * (x / of[0][2])) for i, u, x in of] for of in classes.values()]

    def split(self, form, known):
        """The smooth part, and the multiples of |z| with known names; nothing if there is more."""
        smooth = {m: x for m, x in form.items() if not self.tape.has_kinks([m])}
        sizes = {self.tape.size_of[m]: x for m, x in form.items() if self.tape.size_of.get(m) in known}
        return (smooth, sizes) if len(smooth) + len(sizes) == len(form) else ()

    def is_first_order_enough(self):
        """Whether nearby patterns of signs are those of first order: for z = q + the sum of c |z_j| over others like
        this, if the gradients of a basis of all q, with those of the other kinks, are independent."""
        simple, pivots, free = set(), [], []
        for i in (of[0][0] for of in self.classes()):
            form = self.tape.form(self.z[i])
            parts = self.split(form, simple)
            rest = reduced(parts[0], pivots) if parts else {}
            simple.update({self.tape.name(form)[0]} if parts else ())
            pivots += [(next(iter(rest)), rest)] if rest else []
            free += [i] if rest or not parts else []
        return len(independent_rows([self.Z[i] for i in free])) == len(free)

    def merged(self, choice):
        """tau, beta and the common side of every class, and whether none has |z| of others in its z."""
        omega, classes = sweep(self.b, self.L, choice), self.classes()
        onto = lambda row, of: sum((row[i] * abs(c) for i, c in of if i in row), start=I(0))
        tau = [sum((omega[i] * c for i, c in of), start=I(0)) for of in classes]
        couplings = [[onto(self.L[by[0][0]], of) for by in classes] for of in classes]
        b = dict(enumerate(self.b))
        beta = [onto(b, of) + sum(map(I.__mul__, row, tau)) for of, row in zip(classes, couplings)]
        sides = [{choice[i] * sign(c) for i, c in of} for of in classes]
        return tau, beta, [side.pop() if len(side) == 1 else None for side in sides], not any(map(any, couplings))

    def margins(self, choice, gradient, claim):
        """Answers of a sweep at independent classes of kinks, and places without kinks, from intervals."""
        if not self.z:
            distances = [sign(g - self.a.get(t, I(0))) for t, g in enumerate(map(I, gradient))]
            return choice is not None if claim.endswith(' in') else choice is None and any(distances)
        require(choice is not None, 'a vector that no sweep gives, from irrational data')
        firsts = [self.Z[of[0][0]] for of in self.classes()]
        require(len(independent_rows(firsts)) == len(firsts), 'kinks may depend on others')
        return closed_form(claim, *self.merged(choice))

    def is_shifted(self, choice, claim):
        """Kinks with one sign per neuron and its own bias in z, added to what earlier neurons give: biases that are
        moved, the later the further, lead to all patterns of signs, and the sweep is affine in each of these."""
        kinks, group = [i for i, is_flat in enumerate(self.flat) if not is_flat], {}
        first = {t: i for i in reversed(kinks) for t in self.Z[i]}
        for i in kinks:
            group[i] = max((first[t] for t in self.Z[i]), default=-1)
        together = {m: [i for i in kinks if group[i] == m] for m in group.values()}
        is_bias = lambda t, i: t in self.Z[i] and self.Z[i][t].lo == 1 == self.Z[i][t].hi
        has_bias = lambda of: any(all(is_bias(t, i) for i in of) for t in self.Z[of[0]])
        return (claim in ('bouligand in', 'clarke in') and all(map(has_bias, together.values()))
                and all(len({choice[i] for i in of}) == 1 for of in together.values())
                and all(group[j] < group[i] for i in kinks for j in self.L[i] if not self.flat[j])
                and (claim == 'clarke in' or all(abs(choice[i]) == 1 for i in kinks)))


def backwards(b, L, multiplier):
    """Multipliers of kinks from the last to the first, each of which adds to what earlier |z| count for."""
    beta, mu = list(b), [0] * len(b)
    for m in reversed(range(len(b))):
        mu[m] = multiplier(m, beta[m])
        for j, c in L[m].items():
            beta[j] = beta[j] + mu[m] * c
    return mu, beta


def sweep(b, L, choice):
    return backwards(b, L, lambda m, beta: beta * choice[m])[0]


def closed_form(claim, taus, betas, sides, is_uncoupled):
    """Whether g = a + the sum of tau times independent rows is in, or out, beta being what |z| counts for."""
    (name, answer), states = claim.split(), []
    at_most_0 = lambda x: True if x.hi <= 0 else False if x.lo > 0 else None
    for tau, beta, side in zip(taus, betas, sides):  # where all have one side, tau is side * beta
        over = abs(tau) + -abs(beta) if side is None else (abs(side) - 1) * abs(beta)
        below = at_most_0(abs(tau) + -beta if side is None else -beta)
        equal = None if sign(over) is None else not over
        either = True if below or equal else None if None in (below, equal) else False
        states.append({'frechet': below, 'bouligand': equal, 'limiting': either, 'clarke': at_most_0(over)}[name])
    return all(states) if answer == 'in' else False in states and (name != 'clarke' or is_uncoupled)


# ---- proofs in exact numbers

def parse(text):
    require(isinstance(text, str), f'{text} is no exact number')
    return Q(text)


vector = lambda entries: combined(*((parse(x), {t: 1}) for t, x in entries))


def mean(terms, of):
    """The convex combination of what `of` gives for the terms, by their weights."""
    weights = [parse(term['weight']) for term in terms]
    require(all(w >= 0 for w in weights) and sum(weights) == 1, 'no convex combination')
    return combined(*zip(weights, map(of, terms)))


def is_combination(goal, rows, signs, support):
    """Whether goal is the sum of c s row over the support with c >= 0: elimination, with the multipliers as entries."""
    pivots, named = [], lambda v: [t for t in v if isinstance(t, int)]
    for j in support:
        row = reduced(combined((signs[j], rows[j]), (1, {('c', j): Q(1)})), pivots)
        if not named(row):
            return False
        pivots.append((named(row)[0], row))
    rest = reduced(goal, pivots)
    return not named(rest) and all(c <= 0 for c in rest.values())


class Facts:
    """Z, L, b and q = g - a of k kinks in exact numbers, in coordinates of any kind."""

    def __init__(self, Z, L, b, q, is_first_order_enough):
        self.Z, self.L, self.b, self.q, self.k = Z, L, b, q, len(Z)
        self.is_first_order_enough = is_first_order_enough

    def patterns(self, options, signs=(), rows=()):
        """All (signs, rows s dz) to which the options for the next sign lead, depth first."""
        i = len(signs)
        if i == self.k:
            yield signs, rows
            return
        row = combined((1, self.Z[i]), *((c * signs[j], rows[j]) for j, c in self.L[i].items()))
        for s in options(row, signs, rows):
            yield from self.patterns(options, (*signs, s), (*rows, row))

    def gap(self, signs, rows):
        """g_sigma - g."""
        return combined((-1, self.q), *((b * s, row) for b, s, row in zip(self.b, signs, rows)))

    def gap_of(self, signature):
        require(len(signature) == self.k, 'a sign for each kink is needed')
        ((signs, rows),) = self.patterns(lambda row, signs, rows: [signature[len(signs)]])
        return self.gap(signs, rows), rows

    def gap_in(self, cell):
        """g_sigma - g of a cell whose direction lies strictly inside it."""
        d, signs = vector(cell['direction']), cell['signature']
        gap, rows = self.gap_of(signs)
        is_inside = all(not row or abs(s) == 1 and sign(dot(row, d)) == s for s, row in zip(signs, rows))
        require(is_inside, 'a direction is not in its cell')
        return gap

    def along(self, d, signs):
        """The values of dz and of f'(d) - <g, d>, with s dz for |dz| where s is not 0."""
        z, size = [], lambda j: signs[j] * z[j] if signs[j] else abs(z[j])
        for row, by_size in zip(self.Z, self.L):
            z.append(dot(row, d) + sum(c * size(j) for j, c in by_size.items()))
        return z, sum(b * size(j) for j, b in enumerate(self.b)) - dot(self.q, d)

    def weights(self, multiplier):
        """mu and beta with f'(d) - <g, d> = sum of mu dz + beta |dz|; a multiplier may depend on its beta."""
        tau, beta = backwards(self.b, self.L, lambda m, b: -multiplier(m, b))
        mu = [-t for t in tau]
        require(not combined((1, self.q), *zip(mu, self.Z)), 'no multipliers of g')
        return mu, beta

    def by_tree(self, tree, fixed):
        """Options for signs by a search tree, whose refutations are checked; without a tree all signs."""
        steps = iter(tree or [])

        def options(row, signs, rows):
            if fixed[len(signs)] or tree is None:
                return [fixed[len(signs)]] if fixed[len(signs)] else [1, -1]
            step = next(steps)
            if not row or step['kind'] == 'both':
                require(row and abs(step['first']) == 1 or not row and step['kind'] == 'zero', 'a wrong step')
                return [step['first'], -step['first']] if row else [0]
            s, support = step['sign'], step['support']
            is_refuted = all(0 <= j < len(signs) and fixed[j] == 0 != signs[j] for j in support)
            is_refuted = is_refuted and is_combination(combined((s, row)), rows, signs, support)
            require(step['kind'] == 'single' and abs(s) == 1 and is_refuted, 'a sign is not refuted')
            return [s]

        return options, steps

    def on_cells(self, tree, test):
        """Whether g_sigma - g passes the test in all cells, which are all there are if first order is enough."""
        require(tree is None or self.is_first_order_enough(), 'first order does not say which signs are near')
        options, steps = self.by_tree(tree, [0] * self.k)
        return all(test(self.gap(*found)) for found in self.patterns(options)) and next(steps, None) is None

    def holds_near(self, signs, proof):
        """The Frechet inequality where the kinks have these signs, those with sign 0 being free."""
        free = {i for i, s in enumerate(signs) if s == 0}
        if proof['kind'] == 'multipliers':
            given = vector(proof['multipliers'])
            mu, beta = self.weights(lambda m, b: given.get(m, 0) if m in free else -signs[m] * b)
            return set(given) <= free and all(abs(mu[i]) <= beta[i] for i in free)
        require(proof['kind'] == 'everyCell', 'no proof of an inequality')
        options, steps = self.by_tree(proof['tree'], signs)
        for sigma, rows in self.patterns(options):
            step = next(steps)
            support = step['support']
            is_closed = is_combination(self.gap(sigma, rows), rows, sigma, support)
            require(step['kind'] == 'cell' and set(support) <= free and is_closed, 'a cell is open')
        return next(steps, None) is None

    def has_no_face(self, scope, proof):
        """At each kink the signs 0, 1, -1: refuted, or followed to a direction along which the inequality fails."""
        steps, attained = iter(proof), scope == 'attained'
        require(scope == 'all' or attained and self.is_first_order_enough(), 'no scope of patterns')

        def options(row, signs, rows):
            for s in [0] if attained and not row else (0, 1, -1):
                step = {'kind': 'open'} if attained and not row else next(steps)
                if step['kind'] == 'open':
                    yield s
                    continue
                m, signs_, rows_ = vector(step['multipliers']), (*signs, s), (*rows, row)
                signed = [x for j, x in m.items() if signs_[j]]
                relation = combined(*((x * (signs_[j] or 1), rows_[j]) for j, x in m.items()))
                is_refuted = attained and min(m) >= 0 and signed and min(signed) > 0 and not relation
                require(step['kind'] == 'refuted' and is_refuted, 'a pattern is not refuted')

        for signs, _ in self.patterns(options):
            step = next(steps)
            require(step['kind'] == 'descent' and self.along(vector(step['direction']), signs)[1] < 0, 'no descent')
        return next(steps, None) is None

    def independent(self, claim, proof):
        """With independent rows all signatures are attained, and dz are coordinates."""
        given = list(map(parse, proof['multipliers']))
        require(len(given) == self.k == len(independent_rows(self.Z)), 'rows are not independent')
        mu, beta = self.weights(lambda m, _: given[m])
        if proof['kind'] == 'independentRows':
            return closed_form(claim, map(I, mu), map(I, beta), [None] * self.k, not any(self.L))
        if proof['kind'] == 'independentCombination':
            covered = sorted(i for part in proof['parts'] for i in part['kinks'])
            return claim == 'clarke in' and covered == list(range(self.k)) and not any(
                mean(part['terms'], lambda term: self.part(part['kinks'], mu).gap_of(term['signature'])[0])
                for part in proof['parts'])
        v = dict(enumerate(map(parse, proof['direction'])))
        part = self.part(proof['kinks'], mu)
        return claim == 'clarke out' and len(v) == part.k and part.on_cells(None, lambda gap: dot(gap, v) > 0)

    def part(self, kinks, mu):
        """The facts of some kinks, whose |z| are in no others' z, with their dz as coordinates."""
        require(len({*kinks}) == len(kinks), 'a kink twice')
        require(all(m in kinks or not any(i in row for i in kinks) for m, row in enumerate(self.L)), 'coupled kinks')
        place = {i: k for k, i in enumerate(sorted(kinks))}
        L = [{place[j]: c for j, c in self.L[i].items() if j in place} for i in place]
        q = combined((-1, {k: mu[i] for i, k in place.items()}))
        return Facts([{k: Q(1)} for k in place.values()], L, [self.b[i] for i in place], q, lambda: True)

    def proves(self, claim, proof):
        kind, free, answer = proof['kind'], [0] * self.k, claim.split()[1]
        direction, tree = lambda: vector(proof['direction']), proof.get('tree')
        if kind == 'face':
            signs = [sign(x) for x in self.along(direction(), free)[0]]
            return claim == 'limiting in' and signs == proof['pattern'] and self.holds_near(signs, proof['near'])
        if kind == 'outsideRowSpace':
            v = vector(proof['vector'])
            return answer == 'out' and not any(dot(row, v) for row in self.Z) and dot(self.q, v) != 0
        if kind in ('independentRows', 'independentCombination', 'independentSeparation'):
            return self.independent(claim, proof)
        shown, holds = {
            'differentiable': (claim, lambda: self.k == 0 and (not self.q) == (answer == 'in')),
            'cell': ('bouligand in', lambda: not self.gap_in(proof['cell'])),
            'combination': ('clarke in', lambda: not mean(proof['terms'], self.gap_in)),
            'multipliers': ('frechet in', lambda: self.holds_near(free, proof)),
            'everyCell': ('frechet in', lambda: self.holds_near(free, proof)),
            'descent': ('frechet out', lambda: self.along(direction(), free)[1] < 0),
            'separation': ('clarke out', lambda: self.on_cells(tree, lambda gap: dot(gap, direction()) > 0)),
            'noCell': ('bouligand out', lambda: self.on_cells(tree, bool)),
            'noFace': ('limiting out', lambda: self.has_no_face(proof['scope'], proof['steps'])),
        }[kind]
        return claim == shown and holds()


def facts_of(local, Z, L, b, gradient, choice):
    """In exact numbers, without flat kinks; g is that of the sweep with this choice, if there is one."""
    require(all(x.exact for row in [*Z, *L, dict(enumerate(b))] for x in row.values()), 'irrational data')
    if choice is None:
        require(all(x.exact for x in local.a.values()), 'irrational data')
        q = combined((1, dict(enumerate(gradient))), (-1, fractions(local.a)))
    else:
        q = fractions(combined(*zip(sweep(b, L, choice), Z)))
    place = {i: k for k, i in enumerate(i for i, is_flat in enumerate(local.flat) if not is_flat)}
    inner = [{place[j]: L[i][j].lo for j in L[i] if j in place} for i in place]
    return Facts([fractions(Z[i]) for i in place], inner, [b[i].lo for i in place], q, local.is_first_order_enough)


# ---- rational structure of irrational data

def core(local):
    """Z, L and b where all kinks act through one scalar with rational derivatives, up to a positive factor."""
    tape, at, orientation = local.tape, local.output, 1
    has_kink = []
    for (kind, _), parts in zip(tape.kind, tape.partials):
        has_kink.append(kind == 'size' or any(has_kink[u] for u, _ in parts))
    while not all(x.exact for by in tape.derivatives(at) for x in by.values()):
        inside = [(u, partial) for u, partial in tape.partials[at] if has_kink[u]]
        if len(inside) != 1 or not sign(inside[0][1]):
            return None
        at, orientation = inside[0][0], orientation * sign(inside[0][1])
    by_size = tape.derivatives(at)[1]
    return local.Z, local.L, [by_size.get(i, I(0)) * orientation for i in local.place]


def structural(local, choice):
    """Facts in the coordinates of smooth functions u, where f = smooth + F(u) with an abs-linear F of rational
    coefficients, and combinations of u in the switching functions have independent gradients."""
    require(choice is not None and local.is_first_order_enough(), 'first order does not say which signs are near')
    found = core(local)
    if found and all(x.exact for row in [*found[0], *found[1]] for x in row.values()):
        return facts_of(local, *found, None, choice)
    forms = [local.tape.form(local.z[of[0][0]]) for of in local.classes()]
    place = {local.tape.name(form)[0]: k for k, form in enumerate(forms)}
    parts = [local.split(form, place) for form in [*forms, local.tape.form(local.output)]]
    require(all(parts), 'no rational structure')
    factors = [abs(local.tape.name(form)[1]) for form in forms]
    sizes = [{place[name]: x / factors[place[name]] for name, x in by_name.items()} for _, by_name in parts]
    tau = local.merged(choice)[0]
    require(all(t.exact for t in tau), 'irrational multipliers')
    columns = {m: t for t, m in enumerate(dict.fromkeys(m for smooth, _ in parts for m in smooth if m))}
    Z = [{columns[m]: x for m, x in smooth.items() if m} for smooth, _ in parts[:-1]]
    q = combined(*((t.lo, row) for t, row in zip(tau, Z)))
    return Facts(Z, sizes[:-1], [sizes[-1].get(k, Q(0)) for k in range(len(Z))], q, lambda: True)


# ---- claims

SETS = ('frechet', 'limiting', 'bouligand', 'clarke')
IMPLIED = {'frechet in limiting', 'frechet in clarke', 'bouligand in limiting', 'bouligand in clarke',
           'clarke out limiting'}


def check(claim):
    """Raises Rejected unless every answer of the claim is shown."""
    require(claim['format'] == 'nonsmooth claim' and claim['version'] == 1, 'no claim of this version')
    certificate = claim['certificate']
    point, gradient = ([number(x) for x in certificate[name]] for name in ('point', 'gradient'))
    tolerance, model, decisions = number(certificate['tolerance']), certificate['model'], certificate['decisions']
    choice = certificate.get('choice')
    choice = choice if choice is None else [number(x) for x in choice]
    entry = claim['program']['nodes'][claim['program']['inputs'][0]]
    fits = entry['op'] == 'input' and len(gradient) == len(point) == prod(entry['shape']) and tolerance >= 0
    require(fits, 'point, gradient and program do not fit')
    if all(decisions[name]['answer'] == 'undecided' for name in SETS):
        return
    local = Local(claim['program'], point)
    if choice is not None:
        require(len(choice) == len(local.z) and all(abs(s) <= 1 for s in choice), 'the choice does not fit the kinks')
        expected = combined((1, local.a), *zip(sweep(local.b, local.L, choice), local.Z))
        allowed = max([tolerance, Q(1, 10 ** 6), *(abs(x).hi / 10 ** 6 for x in expected.values())])
        distances = [abs(g + -expected.get(t, I(0))).hi for t, g in enumerate(map(I, gradient))]
        require(max(distances) <= allowed, 'the gradient is not the answer of a sweep with this choice')
    require(model in ('exact', 'structural', 'robust', 'layers'), f'{model} data are not known to this checker')
    facts = (facts_of(local, local.Z, local.L, local.b, gradient, choice) if model == 'exact'
             else structural(local, choice) if model == 'structural' else None)
    for name in SETS:
        answer, proof = decisions[name]['answer'], decisions[name].get('proof')
        if answer == 'undecided':
            continue
        require(answer in ('in', 'out') and proof is not None, f'{name}: no answer with a proof')
        kind, this = proof['kind'], f'{name} {answer}'
        if kind == 'impliedBy':
            other = proof['set']
            holds = f'{other} {this[len(name) + 1:]} {name}' in IMPLIED and decisions[other]['answer'] == answer
        elif kind == 'biasShift':
            holds = choice is not None and local.is_shifted(choice, this)
        elif facts:
            holds = facts.proves(this, proof)
        else:
            known = (model, kind) in {('robust', 'margins'), ('robust', 'differentiable'), ('layers', 'layers')}
            require(known and (kind != 'differentiable' or not local.z), f'{name}: {kind} does not fit {model} data')
            holds = local.margins(choice, gradient, this)
        require(holds, f'{name}: {kind} does not show {answer!r}')


def verdict(claim):
    """None if the claim is shown, else why it is not."""
    try:
        return check(claim)
    except Rejected as reason:
        return str(reason)
    except (ArithmeticError, LookupError, RuntimeError, StopIteration, TypeError, ValueError, AttributeError) as error:
        return f'malformed: {error!r}'


def main(paths):
    rejected = False
    for path in paths:
        with open(path, encoding='utf-8') as file:
            data = json.load(file)
        for i, claim in enumerate(data if isinstance(data, list) else [data]):
            reason = verdict(claim)
            rejected |= reason is not None
            print(f'{path}[{i}]: ' + ('accepted' if reason is None else f'rejected: {reason}'))
    return int(rejected)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
