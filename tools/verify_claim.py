#!/usr/bin/env python3
"""Checks claims about generalized gradients without the code that made them:

    python3 verify_claim.py claim.json ...

A claim is a program, a point, a vector g, and for each of the Frechet, limiting, Bouligand and
Clarke subdifferentials an answer with a proof. The program is run anew with derivatives: for its
active kinks z and its value f, dz = Z d + L |dz| and df = a d + b |dz|, the abs-normal form
(Griewank and Walther 2016; what it says about f: Baumgaertner and Bethke, arXiv 2407.09639).
Directions, weights, multipliers and search trees of proofs are inserted. Accepted is a claim whose
answers "in" and "out" are all shown, in exact fractions; the exit status is 1 if one is rejected.
"""
import json
import re
import sys
from fractions import Fraction as Q
from itertools import product
from math import isqrt, prod

LONGEST, ENTRIES = 1 << 14, 1 << 20  # bits of a number, entries of all arrays of a program
WORK = 1 << 22  # entries of vectors that are added for one claim
IRRATIONAL = 'irrational numbers: see verify_irrational.py'

class Rejected(Exception):
    """A claim that is not shown, and why."""

def require(condition, reason):
    if not condition:
        raise Rejected(reason)

# ---- sparse vectors {index: number}
work = [0]  # on this claim so far
dot = lambda u, v: sum(x * v[t] for t, x in u.items() if t in v)
sign = lambda x: (x > 0) - (x < 0) if isinstance(x, (int, Q)) else x.sign()  # that of an interval

def combined(*terms):
    """The sum of factor * vector, without entries 0."""
    total = {}
    for factor, v in terms:
        work[0] += 8 + len(v)
        for t, x in v.items():
            total[t] = total[t] + factor * x if t in total else factor * x
    require(work[0] < WORK, 'the claim takes more work than this checker does')
    bits = lambda x: max(map(int.bit_length, x.as_integer_ratio())) if isinstance(x, Q) else 0
    require(max(map(bits, total.values()), default=0) < LONGEST, 'a number has too many digits')
    return {t: x for t, x in total.items() if x}

def reduced(row, pivots):
    for column, pivot in pivots:
        if column in row:
            row = combined((1, row), (-row[column] / pivot[column], pivot))
            row.pop(column, None)  # 0, which an interval would not tell
    return row

def independent(rows):
    """The first of these rows that are certainly independent: elimination."""
    pivots, kept = [], []
    for i, row in enumerate(rows):
        row = reduced(row, pivots)
        lead = next((t for t in row if sign(row[t])), None)
        if lead is not None:
            pivots.append((lead, row))
            kept.append(i)
    return kept

# ---- scalars
class Scalar:
    """A value, its gradient by inputs and |z|, and whether it is affine in them near the point."""
    def __init__(self, value, gradient, is_affine):
        self.value, self.gradient, self.is_affine = value, gradient, is_affine
        self.is_constant = is_affine and not gradient

class Scalars:
    """Arithmetic in fractions, which keeps the active kinks: |z| are counted after inputs."""
    def __init__(self, point):
        self.kinks, self.dimension = [], len(point)
        self.inputs = [Scalar(x, {t: Q(1)}, True) for t, x in enumerate(point)]

    constant = lambda self, x: Scalar(Q(x), {}, True)

    def sum(self, *terms):
        """The sum of factor * scalar."""
        gradient = combined(*((c, u.gradient) for c, u in terms))
        is_affine = all(u.is_affine for _, u in terms)
        return Scalar(sum((c * u.value for c, u in terms), Q(0)), gradient, is_affine)

    def product(self, u, v):
        gradient = combined((v.value, u.gradient), (u.value, v.gradient))
        is_affine = u.is_constant and v.is_affine or u.is_affine and v.is_constant
        return Scalar(u.value * v.value, gradient, is_affine)

    def call(self, op, u):
        """An elementary function, where its value and slope are rational."""
        x = u.value
        known = {('exp', 0): (1, 1), ('log', 1): (0, 1), ('sin', 0): (0, 1), ('cos', 0): (1, 0)}
        if op == 'reciprocal':
            known[op, x] = 1 / x, -1 / x**2
        if op == 'sqrt' and x > 0:
            root = Q(isqrt(x.numerator), isqrt(x.denominator))
            known[op, root**2] = root, 1 / (2 * root)
        require((op, x) in known, IRRATIONAL)
        value, slope = known[op, x]
        return Scalar(Q(value), combined((slope, u.gradient)), u.is_constant)

    def kink(self, below, above, z):
        """below z for z < 0, above z for z > 0."""
        if z.value:
            return self.sum((above if z.value > 0 else below, z))
        size = {self.dimension + len(self.kinks): Q(1)}
        self.kinks.append(z)
        gradient = combined(((above + below) / 2, z.gradient), ((above - below) / 2, size))
        return Scalar(Q(0), gradient, z.is_affine)

# ---- ops of programs, on arrays {index: scalar}
def number(x):
    require(type(x) in (int, float) and abs(x) < float('inf'), f'{x!r:.40} is no number')
    return Q(float(x))

def formulas(s):
    """The ops that work entry by entry."""
    call = lambda op: lambda u: s.call(op, u)
    e, log, inverse, one = call('exp'), call('log'), call('reciprocal'), s.constant(1)
    plus, minus = (lambda u, v, c=c: s.sum((1, u), (c, v)) for c in (1, -1))
    neg, relu = lambda u: s.sum((-1, u)), lambda u: s.kink(Q(0), Q(1), u)
    logistic = lambda u: inverse(plus(one, e(neg(u))))
    return {
        'exp': e, 'log': log, 'sin': call('sin'), 'cos': call('cos'), 'sqrt': call('sqrt'),
        'add': plus, 'sub': minus, 'mul': s.product, 'div': lambda u, v: s.product(u, inverse(v)),
        'neg': neg, 'square': lambda u: s.product(u, u), 'abs': lambda u: s.kink(Q(-1), Q(1), u),
        'pow': lambda u, exponent: {-1: inverse}[exponent](u), 'relu': relu,
        'leakyRelu': lambda u, slope: s.kink(number(slope), Q(1), u),
        'maximum': lambda u, v: plus(v, relu(minus(u, v))),
        'minimum': lambda u, v: minus(u, relu(minus(u, v))),
        'logistic': logistic, 'tanh': lambda u: s.sum((2, logistic(plus(u, u))), (-1, one)),
        'expm1': lambda u: minus(e(u), one), 'log1p': lambda u: log(plus(one, u)),
        'softplus': lambda u: log(plus(one, e(u))),
        'logCosh': lambda u: log(s.sum((Q(1, 2), e(u)), (Q(1, 2), e(neg(u))))),
    }

def array(s, xs, op, inputs, shape, **node):
    """The scalars of a node, from those of its inputs and their shapes."""
    table, places = formulas(s), list(product(*map(range, shape)))
    x, own = xs[0] if xs else ({}, [])
    in_order = lambda scalars: dict(zip(places, scalars, strict=True))
    moved = lambda source: {i: x[tuple(source(i))] for i in places}
    fits = lambda expected: require(shape == list(expected), f'{op} has another shape')
    if op == 'input':
        return in_order(s.inputs)
    if op == 'constant':
        return in_order(s.constant(number(0 if x == '-0' else x)) for x in node['value'])
    if op in table or op == 'broadcast':  # extents 1 and missing leading axes are repeated
        most = len(shape) if op == 'broadcast' else max(len(own) for _, own in xs)
        extents = list(zip(*([1] * (most - len(own)) + own for _, own in xs)))
        joint = [next((n for n in ns if n != 1), 1) for ns in extents]
        fits(joint if op in table else (n if m == 1 else m for n, m in zip(shape, joint)))
        require(all(n in (1, m) for ns, m in zip(extents, shape) for n in ns), 'no broadcast')
        source = lambda i, own: tuple(k * (n != 1) for k, n in zip(i[most - len(own):], own))
        us = ([x[source(i, own)] for x, own in xs] for i in places)
        return in_order(table[op](*u, **node) if op in table else u[0] for u in us)
    if op == 'reshape':
        return in_order(x.values())
    if op == 'transpose':
        axes = node['permutation']
        fits(own[axis] for axis in axes)
        return moved(lambda i: (i[axes.index(t)] for t in range(len(own))))
    if op == 'slice':
        starts, steps = node['starts'], node['steps']
        return moved(lambda i: (a + k * b for k, a, b in zip(i, starts, steps, strict=True)))
    if op == 'gather':
        axis, chosen = node['axis'], node['indices']
        fits([*own[:axis], len(chosen), *own[axis + 1:]])
        return moved(lambda i: (*i[:axis], chosen[i[axis]], *i[axis + 1:]))
    if op == 'matmul' and node['masked'] == 'none':
        (y, other), inner = xs[1], range(own[-1])
        fits([*own[:-1], shape[-1]])
        require(other == [*own[:-2], own[-1], shape[-1]], 'the factors do not fit')
        factors = lambda i, k: (x[*i[:-1], k], y[*i[:-2], k, i[-1]])
        return in_order(s.sum(*((1, s.product(*factors(i, k))) for k in inner)) for i in places)
    require(op == 'sum', f'the op {op} is not known to this checker')
    kept, terms = [t for t in range(len(own)) if t not in node['axes']], {i: [] for i in places}
    fits(own[t] for t in kept)
    for i, u in x.items():
        terms[tuple(i[t] for t in kept)].append((1, u))
    return in_order(s.sum(*terms[i]) for i in places)

def run(program, s, array=array):
    """The output of a program with one input and one output."""
    require(len(program['inputs']) == 1 == len(program['outputs']), 'one input and one output')
    arrays, entries = {}, 0
    for node in program['nodes']:
        entries += prod(n + 1 for n in node['shape'])
        require(entries < ENTRIES, 'arrays are larger than this checker takes')
        scalars = array(s, [arrays[at] for at in node['inputs']], **node)
        arrays[len(arrays)] = scalars, node['shape']
    (output,) = arrays[program['outputs'][0]][0].values()
    return output

# ---- the abs-normal form of the active kinks
class Local:
    """dz = Z d + L |dz| and df = a d + b |dz| for the active kinks that the value depends on."""
    def __init__(self, program, point):
        s, n, own = Scalars(point), len(point), {}
        output = run(program, s)
        needed = set(output.gradient)
        for i, z in reversed(list(enumerate(s.kinks, n))):
            if i in needed:
                own[i] = z
                needed.update(z.gradient)
        place = {i: k for k, i in enumerate(reversed(own))}
        self.z, every = [own[i] for i in place], [*(own[i] for i in place), output]
        *self.Z, self.a = [{t: x for t, x in u.gradient.items() if t < n} for u in every]
        *self.L, b = [{place[i]: x for i, x in u.gradient.items() if i >= n} for u in every]
        self.b, self.kinks = [b.get(k, Q(0)) for k in range(len(own))], []
        for i, (row, by_size) in enumerate(zip(self.Z, self.L)):  # those that are not always flat
            self.kinks += [i] if row or any(j in self.kinks for j in by_size) else []

    def is_first_order_enough(self):
        """Whether nearby signs are those of first order: inputs, and z that are not affine in them
        and in |z|, are coordinates if gradients of the latter are independent of all others."""
        bent = [self.Z[i] for i in self.kinks if not self.z[i].is_affine]
        affine = [row for row, z in zip(self.Z, self.z) if z.is_affine]
        return len(independent([*affine, *bent])) == len(independent(affine)) + len(bent)

    def prover(self, model, gradient, choice):
        """What decides whether a proof shows an answer."""
        require(model == 'exact', IRRATIONAL)
        q = (combined((1, dict(enumerate(gradient))), (-1, self.a)) if choice is None
             else combined(*zip(sweep(self.b, self.L, choice), self.Z)))
        facts = Facts(self.Z, self.L, self.b, q, self.is_first_order_enough)
        return facts.of(self.kinks).proves

def backwards(b, L, multiplier):
    """Multipliers of kinks from the last to the first; each adds to what earlier |z| count for."""
    beta, mu = list(b), [Q(0)] * len(b)
    for m in reversed(range(len(b))):
        mu[m] = multiplier(m, beta[m])
        for j, c in L[m].items():
            beta[j] = beta[j] + mu[m] * c
    return mu, beta

sweep = lambda b, L, choice: backwards(b, L, lambda m, beta: beta * choice[m])[0]

# ---- proofs
def exact(text):
    require(re.fullmatch('-?[0-9]+(/0*[1-9][0-9]*)?', text), f'{text:.40} is no exact number')
    return Q(text)

vector = lambda entries: combined(*((exact(x), {t: 1}) for t, x in entries))

def mean(terms, of):
    """The convex combination of what `of` gives for the terms, by their weights."""
    weights = [exact(term['weight']) for term in terms]
    require(min(weights) >= 0 and sum(weights) == 1, 'no convex combination')
    return combined(*zip(weights, map(of, terms)))

def is_combination(goal, rows, signs, support):
    """Whether goal is the sum of c s row over the support with c >= 0; entries ('c', j) keep c."""
    pivots, proper = [], lambda v: [t for t in v if isinstance(t, int)]
    for j in support:
        row = reduced(combined((signs[j], rows[j]), (1, {('c', j): Q(1)})), pivots)
        pivots.append((proper(row)[0], row))
    rest = reduced(goal, pivots)
    return not proper(rest) and all(c <= 0 for c in rest.values())

class Facts:
    """Z, L, b and q = g - a of k kinks in fractions, in coordinates of any kind."""
    def __init__(self, Z, L, b, q, first_order=None):
        self.Z, self.L, self.b, self.q, self.k = Z, L, b, q, len(Z)
        self.first_order = first_order  # whether it is enough; None where dz are the coordinates

    def of(self, kinks):
        """Some of the kinks."""
        place = {i: k for k, i in enumerate(sorted(kinks))}
        L = [{place[j]: c for j, c in self.L[i].items() if j in place} for i in place]
        Z, b = ([row[i] for i in place] for row in (self.Z, self.b))
        return Facts(Z, L, b, self.q, self.first_order)

    def patterns(self, options, signs=(), rows=()):
        """All signs, and rows of dz, to which the options for next signs lead, depth first."""
        if len(signs) == self.k:
            yield signs, rows
            return
        L = self.L[len(signs)]
        row = combined((1, self.Z[len(signs)]), *((c * signs[j], rows[j]) for j, c in L.items()))
        for s in options(row, signs, rows):
            yield from self.patterns(options, (*signs, s), (*rows, row))

    def gap(self, signs, rows):
        """g_sigma - g."""
        return combined((-1, self.q), *((b * s, row) for b, s, row in zip(self.b, signs, rows)))

    def gap_of(self, cell):
        """g_sigma - g of a cell; a direction strictly inside shows that there is such a cell."""
        given = cell['signature']
        ((signs, rows),) = self.patterns(lambda row, signs, rows: [given[len(signs)]])
        d = vector(cell['direction']) if self.first_order else None
        is_side = lambda s, row: s in (1, -1) and (d is None or sign(dot(row, d)) == s)
        is_inside = all(is_side(s, row) for s, row in zip(signs, rows) if row)
        require(is_inside and len(given) == self.k, 'a direction is not in its cell')
        return self.gap(signs, rows)

    def along(self, d, signs):
        """The values of dz and of f'(d) - <g, d>, with s dz for |dz| where s is not 0."""
        z, size = [], lambda j: signs[j] * z[j] if signs[j] else abs(z[j])
        for row, by_size in zip(self.Z, self.L):
            z.append(dot(row, d) + sum(c * size(j) for j, c in by_size.items()))
        return z, sum(b * size(j) for j, b in enumerate(self.b)) - dot(self.q, d)

    def weights(self, multiplier):
        """tau, as is given, and beta with f'(d) - <g, d> = sum of beta |dz| - tau dz."""
        tau, beta = backwards(self.b, self.L, multiplier)
        require(not combined((-1, self.q), *zip(tau, self.Z)), 'no multipliers of g')
        return tau, beta

    def cells(self, tree, fixed):
        """Signs, rows and later steps of all cells in which kinks have these signs, 0 for any: by a
        search tree, where a sign stands alone if the other is refuted, or without one all signs."""
        steps = iter(tree or ())
        def options(row, signs, rows):
            if fixed[len(signs)] or tree is None:
                return [fixed[len(signs)]] if fixed[len(signs)] else [1, -1]
            match next(steps):
                case {'kind': 'zero'} if not row:
                    return [0]
                case {'kind': 'both', 'first': 1 | -1 as s} if row:
                    return [s, -s]
                case {'kind': 'single', 'sign': 1 | -1 as s, 'support': support} if row:
                    free = [j for j, of in enumerate(signs) if of != 0 == fixed[j]]
                    is_refuted = is_combination(combined((s, row)), rows, signs, support)
                    require(is_refuted and set(support) <= set(free), 'a sign is not refuted')
                    return [s]
            raise Rejected('a step does not fit')
        for signs, rows in self.patterns(options):
            yield signs, rows, steps
        require(next(steps, None) is None, 'steps are left')

    def on_cells(self, tree, test):
        """Whether g_sigma - g passes in all cells, which are all if first order is enough."""
        require(tree is None or self.first_order(), 'signs nearby are not of first order')
        cells = self.cells(tree, [0] * self.k)
        return all([test(self.gap(signs, rows)) for signs, rows, _ in cells])

    def holds_near(self, signs, proof):
        """The Frechet inequality where the kinks have these signs, those with sign 0 being free."""
        free = {i for i, s in enumerate(signs) if s == 0}
        if proof['kind'] == 'multipliers':
            given = vector(proof['multipliers'])
            tau, beta = self.weights(lambda m, b: signs[m] * b or -given.get(m, Q(0)))
            return set(given) <= free and all(abs(tau[i]) <= beta[i] for i in free)
        for sigma, rows, steps in self.cells(proof['tree'], signs):
            support, gap = next(steps)['support'], self.gap(sigma, rows)
            is_closed = is_combination(gap, rows, sigma, support)
            require(is_closed and set(support) <= free, 'a cell is open')
        return True

    def has_no_face(self, is_all, proof):
        """At each kink the signs 0, 1, -1: refuted, or followed to where the inequality fails."""
        steps = iter(proof)
        require(is_all or self.first_order(), 'signs nearby are not of first order')
        def options(row, signs, rows):
            for s in (0, 1, -1) if row or is_all else (0,):
                step = next(steps) if row or is_all else {'kind': 'open'}
                if step['kind'] == 'open':
                    yield s
                else:
                    m, s_, rows_ = vector(step['multipliers']), (*signs, s), (*rows, row)
                    relation = combined(*((x * (s_[j] or 1), rows_[j]) for j, x in m.items()))
                    strict = [x for j, x in m.items() if s_[j]]
                    is_refuted = strict and min(strict) > 0 and min(m) >= 0 and not relation
                    require(is_refuted and not is_all, 'a pattern is not refuted')
        direction = lambda: vector(next(steps)['direction'])
        fails = [self.along(direction(), signs)[1] < 0 for signs, _ in self.patterns(options)]
        return all(fails) and next(steps, None) is None

    def free(self, proof):
        """The same with dz as coordinates, if rows are independent: then all signs are attained."""
        given = list(map(exact, proof['multipliers']))
        require(len(given) == self.k == len(independent(self.Z)), 'rows are not independent')
        self.weights(lambda m, _: -given[m])
        unit = [{i: Q(1)} for i in range(self.k)]
        return Facts(unit, self.L, self.b, combined((-1, dict(enumerate(given)))))

    def part(self, kinks):
        """Some kinks, with dz as coordinates, if their |z| are in no others' z."""
        others = (row for m, row in enumerate(self.L) if m not in kinks)
        require(not any(i in row for row in others for i in kinks), 'kinks depend on others')
        part = self.of(kinks)
        part.q = {i: x for i, x in self.q.items() if i in kinks}
        return part

    def in_closed_form(self, name, answer):
        """Whether g is in a set or not, with dz as coordinates."""
        test = {'frechet': lambda m, b: abs(m) <= b, 'bouligand': lambda m, b: abs(m) == abs(b),
                'limiting': lambda m, b: abs(m) <= b or abs(m) == -b,
                'clarke': lambda m, b: abs(m) <= abs(b)}[name]
        holds = all(map(test, *self.weights(lambda m, _: self.q.get(m, Q(0)))))
        return holds if answer == 'in' else not holds and (name != 'clarke' or not any(self.L))

    def proves(self, name, answer, proof):
        everywhere, tree = (0,) * self.k, proof.get('tree')
        match f'{name} {answer}', proof:
            case _, {'kind': 'differentiable'}:
                return self.k == 0 and (not self.q) == (answer == 'in')
            case _, {'kind': 'outsideRowSpace', 'vector': entries}:
                across = [dot(row, vector(entries)) for row in self.Z]
                return answer == 'out' and not any(across) and dot(self.q, vector(entries)) != 0
            case _, {'kind': 'independentRows'}:
                return self.free(proof).in_closed_form(name, answer)
            case 'clarke in', {'kind': 'independentCombination', 'parts': parts}:
                free, covered = self.free(proof), [i for part in parts for i in part['kinks']]
                gaps = [mean(part['terms'], free.part(part['kinks']).gap_of) for part in parts]
                return sorted(covered) == list(range(self.k)) and not any(gaps)
            case 'clarke out', {'kind': 'independentSeparation', 'kinks': kinks, 'direction': d}:
                v = dict(zip(kinks, map(exact, d), strict=True))
                return self.free(proof).part(kinks).on_cells(None, lambda gap: dot(gap, v) > 0)
            case 'bouligand in', {'kind': 'cell', 'cell': cell}:
                return not self.gap_of(cell)
            case 'clarke in', {'kind': 'combination', 'terms': terms}:
                return not mean(terms, self.gap_of)
            case 'frechet in', {'kind': 'multipliers' | 'everyCell'}:
                return self.holds_near(everywhere, proof)
            case 'limiting in', {'kind': 'face', 'direction': d, 'pattern': signs, 'near': near}:
                taken = list(map(sign, self.along(vector(d), everywhere)[0]))
                return taken == signs and self.holds_near(signs, near)
            case 'frechet out', {'kind': 'descent', 'direction': d}:
                return self.along(vector(d), everywhere)[1] < 0
            case 'clarke out', {'kind': 'separation', 'direction': d}:
                return self.on_cells(tree, lambda gap: dot(gap, vector(d)) > 0)
            case 'bouligand out', {'kind': 'noCell'}:
                return self.on_cells(tree, bool)
            case 'limiting out', {'kind': 'noFace', 'scope': 'attained' | 'all' as scope}:
                return self.has_no_face(scope == 'all', proof['steps'])
        return False

# ---- claims
SETS = ('frechet', 'limiting', 'bouligand', 'clarke')
IMPLIED = ('frechet in limiting', 'frechet in clarke', 'bouligand in limiting',
           'bouligand in clarke', 'clarke out limiting')

def check(claim, local_of=Local):
    """Raises Rejected unless every answer of the claim is shown."""
    form = claim['format'], repr(claim['version'])
    require(form == ('nonsmooth claim', '1'), 'no claim of version 1')
    certificate, program = claim['certificate'], claim['program']
    point, gradient = (list(map(number, certificate[name])) for name in ('point', 'gradient'))
    entry, decisions = program['nodes'][program['inputs'][0]], certificate['decisions']
    fits = entry['op'] == 'input' and len(gradient) == len(point) == prod(entry['shape'])
    require(fits, 'point, gradient and program do not fit')
    answers = {name: decisions[name]['answer'] for name in SETS}
    if set(answers.values()) == {'undecided'}:
        return
    local, choice = local_of(program, point), certificate.get('choice')
    if choice is not None:
        choice = list(map(number, choice))
        require(len(choice) == len(local.z) and all(abs(s) <= 1 for s in choice), 'no such choice')
        swept = zip(sweep(local.b, local.L, choice), local.Z)
        errors = combined((-1, dict(enumerate(gradient))), (1, local.a), *swept).values()
        rounding = max(map(abs, [Q(1), *gradient])) / 10**6
        allowed = max(rounding, number(certificate['tolerance']))
        require(all(abs(x) <= allowed for x in errors), 'the choice gives another gradient')
    proves = local.prover(certificate['model'], gradient, choice)
    for name, answer in answers.items():
        if answer != 'undecided':
            proof, kind = decisions[name]['proof'], decisions[name]['proof']['kind']
            by = lambda other: f'{other} {answer} {name}' in IMPLIED and answers[other] == answer
            holds = by(proof['set']) if kind == 'impliedBy' else proves(name, answer, proof)
            require(holds and answer in ('in', 'out'), f'{name}: {kind} does not show {answer!r}')

def verdict(claim, local_of=Local):
    """None if the claim is shown, else why it is not."""
    work[0] = 0
    try:
        return check(claim, local_of)
    except Rejected as reason:
        return str(reason)
    except Exception as error:  # whatever is not as the format says
        return f'malformed: {error!r:.200}'

def unique(pairs):
    require(len(dict(pairs)) == len(pairs), 'a key twice')
    return dict(pairs)

def main(paths, local_of=Local):
    reasons = []
    for path in paths:
        try:
            with open(path, encoding='utf-8') as file:
                claims = json.load(file, object_pairs_hook=unique, parse_constant=number)
            claims = claims if isinstance(claims, list) else [claims]
            found = [verdict(claim, local_of) for claim in claims]
        except (OSError, ValueError, RecursionError, Rejected) as error:
            found = [f'no claim: {error!r:.200}']
        for i, reason in enumerate(found):
            print(f'{path}[{i}]:', 'accepted' if reason is None else f'rejected: {reason}')
        reasons += found
    return int(any(reasons))

if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
