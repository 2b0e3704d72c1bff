#!/usr/bin/env python3
"""Checks claims about generalized gradients at irrational numbers too:

    python3 verify_irrational.py claim.json ...

What verify_claim.py computes in fractions is computed here in intervals of fractions that hold the
true value for sure; proofs in exact numbers are left to verify_claim.py. Besides, scalars have
forms: polynomials in inputs, in |z| of active kinks, and in calls of functions, that are equal only
for equal functions. They say which kinks are one function, and whether irrational data have a
rational structure. Only Python's standard library is used.
"""
import sys
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction as Q
from math import isqrt, prod

import verify_claim
from verify_claim import Facts, array, combined, independent, reduced, require, run, sign, sweep

DIGITS = 60  # of the ends of intervals
LARGEST = 1 << 14  # of arguments of elementary functions
LONGEST = 256  # of products of forms that are multiplied out


# ---- intervals

BELOW, ABOVE = (Context(DIGITS, way, MIN_EMIN, MAX_EMAX) for way in (ROUND_FLOOR, ROUND_CEILING))
decimal = lambda x, way: way.divide(Decimal(x.numerator), Decimal(x.denominator))


class I:
    """The real numbers from lo to hi; exact if they are one. Long ends are rounded outward."""

    def __init__(self, lo, hi=None):
        lo, hi = Q(lo), Q(lo if hi is None else hi)
        bits = max(abs(n).bit_length() for x in (lo, hi) for n in (x.numerator, x.denominator))
        require(bits < 4 * verify_claim.LONGEST, 'a number has too many digits')
        if bits > (verify_claim.LONGEST if lo == hi else 400):
            lo, hi = Q(decimal(lo, BELOW)), Q(decimal(hi, ABOVE))
        self.lo, self.hi, self.exact = lo, hi, lo == hi

    def __add__(self, other):
        other = as_interval(other)
        return I(self.lo + other.lo, self.hi + other.hi)

    def __mul__(self, other):
        other = as_interval(other)
        ends = [a * b for a in {self.lo, self.hi} for b in {other.lo, other.hi}]
        return I(min(ends), max(ends))

    def inverse(self):
        require(self.sign(), 'a divisor may be 0')
        return I(1 / self.hi, 1 / self.lo)

    def sign(self):
        """-1, 0, 1, or None where the interval does not tell."""
        return 0 if not self else 1 if self.lo > 0 else -1 if self.hi < 0 else None

    def __abs__(self):
        return self if self.lo >= 0 else -self if self.hi <= 0 else I(0, max(-self.lo, self.hi))

    __radd__, __rmul__ = __add__, __mul__
    __neg__ = lambda self: I(-self.hi, -self.lo)
    __sub__ = lambda self, other: self + -as_interval(other)
    __truediv__ = lambda self, other: self * as_interval(other).inverse()
    __bool__ = lambda self: not self.lo == 0 == self.hi
    __le__ = lambda self, bound: self.hi <= bound


as_interval = lambda x: x if isinstance(x, I) else I(x)


# ---- elementary functions: Python's decimal exp, ln and sqrt are correctly rounded; series have
# bounds on their rests

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


fractions = lambda v: {t: x.lo for t, x in v.items()}


# ---- the program as scalars

class Tape:
    """Constants, inputs, |z| of active kinks, sums, products and calls of functions: values and
    partial derivatives, and as forms: polynomials in inputs, |z| and calls, {sorted atoms:
    coefficient}, equal only for equal functions."""

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

    def sum(self, *terms):
        """The sum of factor * scalar; u - (u - v) is v, without intervals."""
        if [c for c, _ in terms] == [1]:
            return terms[0][1]
        factors = {}
        for c, u in terms:
            is_short = self.kind[u][0] == 'sum' and len(self.partials[u]) <= 2
            for w, x in self.partials[u] if is_short else [(u, I(1))]:
                factors[w] = factors.get(w, 0) + c * x.lo
        left = {w: c for w, c in factors.items() if c or w not in [u for _, u in terms]}
        if list(left.values()) == [1]:
            return next(iter(left))
        value = sum((self.value[u] * c for c, u in terms), start=I(0))
        return self.push(value, [(u, I(c)) for c, u in terms], 'sum')

    def product(self, u, v):
        x, y = self.value[u], self.value[v]
        return self.push(x * y, [(u, y), (v, x)], 'product')

    def call(self, op, u):
        (kind, exact), x = self.kind[u], self.value[u]
        if op == 'reciprocal' and kind == 'constant':
            return self.constant(1 / exact)
        require(op == 'reciprocal' or abs(x).hi < LARGEST, f'an argument of {op} is too large')
        value, derivative = PRIMITIVES[op]
        y = value(x)
        return self.push(y, [(u, derivative(x, y))], op)

    def kink(self, below, above, z):
        """below z for z < 0, above z for z > 0."""
        side = sign(self.value[z])
        require(side is not None, 'the sign of a switching variable is hidden')
        if side:
            return self.sum((above if side > 0 else below, z))
        self.active.append(z)
        size = self.push(I(0), [], 'size', len(self.active) - 1)
        return self.sum(((above + below) / 2, z), ((above - below) / 2, size))

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
            place = len(self.forms)
            self.forms.append(self.next_form(*self.kind[place], self.partials[place]))
        return self.forms[at]

    def next_form(self, kind, of, partials):
        parts = [self.forms[u] for u, _ in partials]
        if kind == 'constant':
            return {(): of} if of else {}
        if kind == 'input':
            return self.atom('input', of)
        if kind == 'sum':
            return combined(*((c.lo, part) for (_, c), part in zip(partials, parts)))
        if kind == 'product':
            if len(parts[0]) * len(parts[1]) > LONGEST and set(parts[0]) != {()} != set(parts[1]):
                named = [(*self.name(form), self.has_kinks(form)) for form in parts]
                parts = [self.atom('form', *of) for of in named]
            u, v = parts
            times = lambda m: {tuple(sorted(m + n)): y for n, y in v.items()}
            return combined(*((x, times(m)) for m, x in u.items()))
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
        number = self.names.setdefault((kind, of), len(self.names))
        value = self.value[len(self.forms)]
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
        key = tuple((m, x / factor) for m, x in entries)
        return self.names.setdefault(key, len(self.names)), factor


# ---- more ops


def log_sum_exp(s, us):
    """m + log of the sum of exp(u - m), with a rational m near the largest u."""
    one, shift = s.constant(1), max(s.value[u].lo for u in us)
    exps = [(1, s.call('exp', s.sum((1, u), (-shift, one)))) for u in us]
    return s.sum((shift, one), (1, s.call('log', s.sum(*exps))))


def arrays(s, xs, op, inputs, shape, **node):
    """As in verify_claim.py, and for reductions that are irrational or made of kinks."""
    if op not in ('max', 'min', 'logSumExp'):
        return array(s, xs, op, inputs, shape, **node)
    (x, own), groups = xs[0], {}
    kept = [t for t in range(len(own)) if t not in node['axes']]
    require(shape == [own[t] for t in kept], f'{op} has another shape')
    for i, u in x.items():
        groups.setdefault(tuple(i[t] for t in kept), []).append(u)
    if op == 'logSumExp':
        return {i: log_sum_exp(s, us) for i, us in groups.items()}
    rows, pair = list(zip(*groups.values())), verify_claim.formulas(s)[f'{op}imum']
    while len(rows) > 1:  # nests of maxima of two
        half = len(rows) // 2
        pairs = zip(rows[:half], rows[half:2 * half])
        rows = [*(tuple(map(pair, *both)) for both in pairs), *rows[2 * half:]]
    return dict(zip(groups, rows[0]))


# ---- the abs-normal form of the active kinks

class Local(verify_claim.Local):
    """dz = Z d + L |dz| and df = a d + b |dz| for the active kinks z that the value depends on;
    `flat` are those whose gradients are always 0."""

    def __init__(self, program, point):
        self.tape, rows = Tape(point), {}
        self.output = run(program, self.tape, arrays)
        self.a, weights = self.tape.derivatives(self.output)
        for i, z in reversed(list(enumerate(self.tape.active))):
            if any(i in by_size for by_size in [weights, *(row[1] for row in rows.values())]):
                rows[i] = self.tape.derivatives(z)
        self.place = {i: k for k, i in enumerate(sorted(rows))}
        self.z = [self.tape.active[i] for i in self.place]
        self.b = [weights.get(i, I(0)) for i in self.place]
        self.Z = [rows[i][0] for i in self.place]
        place = lambda row: {self.place[j]: x for j, x in row.items() if j in rows}
        self.L = [place(rows[i][1]) for i in self.place]
        self.flat = []
        for Z, L in zip(self.Z, self.L):
            self.flat.append(not Z and all(self.flat[j] for j in L))

    def prover(self, model, gradient, choice):
        """What decides whether a proof shows an answer."""
        require(model in ('exact', 'structural', 'robust', 'layers'), f'{model} data are not known')
        facts = (facts_of(self, self.Z, self.L, self.b, gradient, choice) if model == 'exact'
                 else structural(self, choice) if model == 'structural' else None)

        def proves(name, answer, proof):
            claim, kind = f'{name} {answer}', proof['kind']
            if kind == 'biasShift':
                return choice is not None and self.is_shifted(choice, claim)
            if facts:
                return facts.proves(name, answer, proof)
            known = {('robust', 'margins'), ('robust', 'differentiable'), ('layers', 'layers')}
            fits = (model, kind) in known and (kind != 'differentiable' or not self.z)
            return fits and self.margins(choice, gradient, claim)

        return proves

    def classes(self):
        """Kinks of one function, with their factors, which are not 0 near the point."""
        classes, tape = {}, self.tape
        for i, z in enumerate(self.z):
            form, units = tape.without_units(tape.form(z))
            name, factor = tape.name(form)
            if not self.flat[i]:
                classes.setdefault(name, []).append((i, units, factor))
        size = lambda units: prod(map(tape.unit.get, units), start=I(1))
        ratio = lambda u, v: I(1) if u == v else size(u) / size(v)
        scaled = lambda of: [(i, ratio(u, of[0][1]) * (x / of[0][2])) for i, u, x in of]
        return list(map(scaled, classes.values()))

    def split(self, form, known):
        """The smooth part, and the multiples of |z| with known names; nothing if there is more."""
        smooth = {m: x for m, x in form.items() if not self.tape.has_kinks([m])}
        named = [(self.tape.size_of.get(m), x) for m, x in form.items()]
        sizes = {name: x for name, x in named if name in known}
        return (smooth, sizes) if len(smooth) + len(sizes) == len(form) else ()

    def is_first_order_enough(self):
        """Whether nearby patterns of signs are those of first order: for z = q + the sum of c |z_j|
        over others like this, if the gradients of a basis of all q, with those of the other kinks,
        are independent."""
        simple, pivots, free = set(), [], []
        for i in (of[0][0] for of in self.classes()):
            form = self.tape.form(self.z[i])
            parts = self.split(form, simple)
            rest = reduced(parts[0], pivots) if parts else {}
            simple.update({self.tape.name(form)[0]} if parts else ())
            pivots += [(next(iter(rest)), rest)] if rest else []
            free += [i] if rest or not parts else []
        return len(independent([self.Z[i] for i in free])) == len(free)

    def merged(self, choice):
        """tau, beta and common side of every class, and whether none has |z| of others in its z."""
        omega, classes = sweep(self.b, self.L, choice), self.classes()
        onto = lambda row, of: sum((row[i] * abs(c) for i, c in of if i in row), start=I(0))
        tau = [sum((omega[i] * c for i, c in of), start=I(0)) for of in classes]
        couplings = [[onto(self.L[by[0][0]], of) for by in classes] for of in classes]
        b = dict(enumerate(self.b))
        beta = [onto(b, of) + sum(map(I.__mul__, row, tau)) for of, row in zip(classes, couplings)]
        sides = [{choice[i] * sign(c) for i, c in of} for of in classes]
        common = [side.pop() if len(side) == 1 else None for side in sides]
        return tau, beta, common, not any(map(any, couplings))

    def margins(self, choice, gradient, claim):
        """Answers of a sweep at independent classes of kinks, and where there are no kinks."""
        if not self.z:
            distances = [sign(g - self.a.get(t, I(0))) for t, g in enumerate(map(I, gradient))]
            is_swept = choice is not None
            return is_swept if claim.endswith(' in') else not is_swept and any(distances)
        require(choice is not None, 'a vector that no sweep gives, from irrational data')
        firsts = [self.Z[of[0][0]] for of in self.classes()]
        require(len(independent(firsts)) == len(firsts), 'kinks may depend on others')
        return closed_form(claim, *self.merged(choice))

    def is_shifted(self, choice, claim):
        """Kinks with one sign per neuron and its own bias in z, added to what earlier neurons give:
        biases that are moved, the later the further, lead to all patterns of signs, and the sweep
        is affine in each of these."""
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


def closed_form(claim, taus, betas, sides, is_uncoupled):
    """Whether g = a + the sum of tau times independent rows is in, or out; |z| counts for beta."""
    (name, answer), states = claim.split(), []
    at_most_0 = lambda x: True if x.hi <= 0 else False if x.lo > 0 else None
    for tau, beta, side in zip(taus, betas, sides):  # where all have one side, tau is side * beta
        over = abs(tau) + -abs(beta) if side is None else (abs(side) - 1) * abs(beta)
        below = at_most_0(abs(tau) + -beta if side is None else -beta)
        equal = None if sign(over) is None else not over
        either = True if below or equal else None if None in (below, equal) else False
        states.append({'frechet': below, 'bouligand': equal, 'limiting': either,
                       'clarke': at_most_0(over)}[name])
    return all(states) if answer == 'in' else False in states and (name != 'clarke' or is_uncoupled)


def facts_of(local, Z, L, b, gradient, choice):
    """In exact numbers, without flat kinks; g is that of the sweep with a choice, if there is
    one."""
    numbers = [*b, *(x for row in [*Z, *L] for x in row.values())]
    require(all(x.exact for x in numbers), 'irrational data')
    if choice is None:
        require(all(x.exact for x in local.a.values()), 'irrational data')
        q = combined((1, dict(enumerate(gradient))), (-1, fractions(local.a)))
    else:
        q = fractions(combined(*zip(sweep(b, L, choice), Z)))
    place = {i: k for k, i in enumerate(i for i, is_flat in enumerate(local.flat) if not is_flat)}
    inner = [{place[j]: L[i][j].lo for j in L[i] if j in place} for i in place]
    rows, weights = [fractions(Z[i]) for i in place], [b[i].lo for i in place]
    return Facts(rows, inner, weights, q, local.is_first_order_enough)


# ---- rational structure of irrational data

def core(local):
    """Z, L and b, up to a factor > 0, where all kinks act through one scalar with rational
    derivatives."""
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
    """Facts in the coordinates of smooth functions u, where f = smooth + F(u) with an abs-linear F
    of rational coefficients, and combinations of u in the switching functions have independent
    gradients."""
    is_enough = choice is not None and local.is_first_order_enough()
    require(is_enough, 'signs nearby are not of first order')
    found = core(local)
    if found and all(x.exact for row in [*found[0], *found[1]] for x in row.values()):
        return facts_of(local, *found, None, choice)
    forms = [local.tape.form(local.z[of[0][0]]) for of in local.classes()]
    place = {local.tape.name(form)[0]: k for k, form in enumerate(forms)}
    parts = [local.split(form, place) for form in [*forms, local.tape.form(local.output)]]
    require(all(parts), 'no rational structure')
    factors = [abs(local.tape.name(form)[1]) for form in forms]
    placed = lambda row: {place[name]: x / factors[place[name]] for name, x in row.items()}
    sizes = [placed(row) for _, row in parts]
    tau = local.merged(choice)[0]
    require(all(t.exact for t in tau), 'irrational multipliers')
    monomials = dict.fromkeys(m for smooth, _ in parts for m in smooth if m)
    columns = {m: t for t, m in enumerate(monomials)}
    Z = [{columns[m]: x for m, x in smooth.items() if m} for smooth, _ in parts[:-1]]
    q = combined(*((t.lo, row) for t, row in zip(tau, Z)))
    return Facts(Z, sizes[:-1], [sizes[-1].get(k, Q(0)) for k in range(len(Z))], q, lambda: True)


if __name__ == '__main__':
    sys.exit(verify_claim.main(sys.argv[1:], Local))
