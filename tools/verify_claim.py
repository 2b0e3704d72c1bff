#!/usr/bin/env python3
"""Checks claims about generalized gradients without the code that made them: python3 verify_claim.py claim.json ...

A claim is a program, a point, a vector, and for each of the Frechet, limiting, Bouligand and Clarke subdifferentials an
answer with a proof. Everything is computed anew: the program in exact fractions, elementary functions at irrational
values in intervals of fractions that hold the true value for sure, the abs-normal form of the active kinks from both
(abs_normal_form.py beside this file).
Directions, weights, multipliers and search trees are taken from the proof and inserted. A claim is accepted if every
answer "in" or "out" is shown, and rejected with the reason otherwise; the exit status is 1 if one is rejected.
Sources: Griewank and Walther (2016) for abs-normal forms; Baumgaertner and Bethke, arXiv 2407.09639, for what the
piecewise linearization says about the function. Only Python's standard library is used.
"""
import json
import sys
from fractions import Fraction as Q
from itertools import product

from abs_normal_form import I, Local, Rejected, ZERO, independent_rows, number, require, total


def margins(local, choice, gradient, claim):
    """Answers of a sweep at independent classes of kinks, and places without kinks, from intervals."""
    (name, answer), classes, states = claim.split(), local.classes(), []
    if not local.z:
        distances = [(I(g) - local.a.get(t, ZERO)).sign() for t, g in enumerate(gradient)]
        return choice is not None if answer == 'in' else any(distances)
    require(choice is not None, 'a vector that no sweep gives, from irrational data')
    require(len(independent_rows([local.Z[of[0][0]] for of in classes])) == len(classes), 'kinks may depend on others')
    omega = local.sweep(choice)
    tau = [total(omega[i] * c for i, c in of) for of in classes]
    onto = lambda row, of: total(row.get(i, ZERO) * c.size() for i, c in of)
    couplings = [[onto(local.L[by[0][0]], of) for by in classes] for of in classes]
    for of, t, row in zip(classes, tau, couplings):
        beta = onto(dict(enumerate(local.b)), of) + total(c * s for c, s in zip(row, tau))
        sides = {choice[i] * c.sign() for i, c in of}
        if len(sides) == 1:  # then t is this side times beta
            order = 0 if abs(*sides) == 1 or beta.zero else None if beta.sign() is None else -1
            under, within = None if beta.sign() is None else -beta.sign(), True
        else:
            order, under = (t.size() - beta.size()).sign(), (t.size() - beta).sign()
            within = None if order is None else order <= 0
        below, equal = (None if under is None else under <= 0), (None if order is None else order == 0)
        either = True if below or equal else None if None in (below, equal) else False
        states.append({'frechet': below, 'bouligand': equal, 'limiting': either, 'clarke': within}[name])
    is_uncoupled = all(c.zero for row in couplings for c in row)
    return all(states) if answer == 'in' else False in states and (name != 'clarke' or is_uncoupled)


# ---- proofs in exact numbers: vectors are sparse

def parse(text):
    require(isinstance(text, str), f'{text} is no exact number')
    return Q(text)


def vector(entries):
    return {t: parse(text) for t, text in entries}


def plus(into, *terms):
    for factor, v in terms:
        for t, x in v.items():
            into[t] = into.get(t, 0) + factor * x
    return into


dot = lambda u, v: sum(x * v[t] for t, x in u.items() if t in v)
is_zero = lambda v: not any(v.values())
sign_of = lambda x: (x > 0) - (x < 0)


def convex(terms, of):
    """The mean of what `of` gives for the terms, by their weights."""
    weights = [parse(term['weight']) for term in terms]
    require(all(w >= 0 for w in weights) and sum(weights) == 1, 'no convex combination')
    return plus({}, *((w, of(term)) for w, term in zip(weights, terms)))


def is_combination(goal, rows, signs, support):
    """Whether goal is the sum of c s row over the support with c >= 0: solves, and inserts."""
    columns = sorted({t for v in [goal, *(rows[j] for j in support)] for t in v})
    system = [[rows[j].get(t, Q(0)) for j in support] + [goal.get(t, Q(0))] for t in columns]
    for k in range(len(support)):
        pivot = next((r for r in range(k, len(system)) if system[r][k]), None)
        if pivot is None:
            return False
        system[k], system[pivot] = system[pivot], system[k]
        lead = [x / system[k][k] for x in system[k]]
        system = [lead if r == k else [x - row[k] * y for x, y in zip(row, lead)] for r, row in enumerate(system)]
    ends = [row[-1] for row in system]
    return not any(ends[len(support):]) and all(c * signs[j] >= 0 for c, j in zip(ends, support))


class Facts:
    """Z, L, b and q = g - a of k kinks, without the flat ones, in exact numbers."""

    def __init__(self, local, gradient, choice):
        kept = [i for i, is_flat in enumerate(local.flat) if not is_flat]
        place, rows = {i: k for k, i in enumerate(kept)}, [*local.Z, *local.L, *([local.a] if choice is None else [])]
        require(all(x.exact for row in [*rows, dict(enumerate(local.b))] for x in row.values()), 'irrational data')
        self.local, self.k, self.b = local, len(kept), [local.b[i].lo for i in kept]
        self.Z = [{t: x.lo for t, x in local.Z[i].items()} for i in kept]
        self.L = [{place[j]: x.lo for j, x in local.L[i].items() if j in place} for i in kept]
        self.q = plus(dict(enumerate(gradient)), (-1, {t: x.lo for t, x in local.a.items() if choice is None}))
        if choice is not None:
            self.q = plus({}, *((w.lo, {t: x.lo for t, x in row.items()}) for w, row in zip(local.sweep(choice), local.Z)))

    def substituted(self, signs):
        """Pairs (by input, by |z|) of dz and of f'(d) - <g, d>, with s dz for |dz| where s is not 0."""
        require(len(signs) == self.k, 'a sign for each kink is needed')
        z = []
        def combine(start, couplings):
            by_input, by_abs = dict(start), {}
            for j, c in couplings:
                plus(by_input, (c * signs[j], z[j][0]))
                plus(by_abs, *([(c * signs[j], z[j][1])] if signs[j] else [(c, {j: 1})]))
            return by_input, by_abs
        for row, couplings in zip(self.Z, self.L):
            z.append(combine(row, couplings.items()))
        return z, combine(plus({}, (-1, self.q)), enumerate(self.b))

    def along(self, signs, d):
        """The values of dz and of f'(d) - <g, d>."""
        (pairs, excess), z = self.substituted(signs), []
        for pair in [*pairs, excess]:
            z.append(dot(pair[0], d) + sum(x * abs(z[j]) for j, x in pair[1].items()))
        return z[:-1], z[-1]

    def gap(self, cell):
        """g_sigma - g of a cell whose direction lies strictly inside it."""
        signs, d = cell['signature'], vector(cell['direction'])
        pairs, (gap, _) = self.substituted(signs)
        is_inside = all(is_zero(row) or (abs(s) == 1 and sign_of(dot(row, d)) == s) for s, (row, _) in zip(signs, pairs))
        require(is_inside, 'a direction is not in its cell')
        return gap

    def holds_near(self, signs, proof):
        """The Frechet inequality where the kinks have these signs, those with sign 0 being free."""
        free = [i for i, s in enumerate(signs) if s == 0]
        if proof['kind'] == 'everyCell':
            return self.walk(proof['tree'], signs, lambda gap, rows, sigma, step: set(step['support']) <= set(free)
                             and is_combination(gap, rows, sigma, step['support']), has_steps=True)
        require(proof['kind'] == 'multipliers', 'no proof of an inequality')
        mu, (z, (by_input, by_abs)) = vector(proof['multipliers']), self.substituted(signs)
        require(set(mu) <= set(free), 'a multiplier of a kink with a sign')
        plus(by_input, *((-m, z[i][0]) for i, m in mu.items()))
        plus(by_abs, *((-m, z[i][1]) for i, m in mu.items()))
        return is_zero(by_input) and all(abs(mu.get(i, 0)) <= by_abs.get(i, 0) for i in free)

    def walk(self, tree, fixed, cell, has_steps=False):
        """Follows a search tree to its cells and checks its refutations; without a tree takes all signs."""
        steps, signs, rows = iter(tree or []), [None] * self.k, [None] * self.k
        combine = lambda start, couplings: plus(start, *((c * signs[j], rows[j]) for j, c in couplings))

        def enter(i, sign):
            signs[i] = sign
            return visit(i + 1)

        def visit(i):
            if i == self.k:
                gap = combine(plus({}, (-1, self.q)), enumerate(self.b))
                return cell(gap, rows, signs, next(steps) if has_steps else None)
            rows[i] = combine(dict(self.Z[i]), self.L[i].items())
            if fixed[i] != 0:
                return enter(i, fixed[i])
            step = {'kind': 'both', 'first': 1} if tree is None else next(steps)
            if tree is not None and is_zero(rows[i]):
                return step['kind'] == 'zero' and enter(i, 0)
            if step['kind'] == 'both':
                return abs(step['first']) == 1 and enter(i, step['first']) and enter(i, -step['first'])
            sign, support = step['sign'], step['support']
            return (step['kind'] == 'single' and abs(sign) == 1
                    and all(0 <= j < i and fixed[j] == 0 and signs[j] != 0 for j in support)
                    and is_combination(plus({}, (sign, rows[i])), rows, signs, support) and enter(i, sign))

        return visit(0) and next(steps, None) is None

    def on_cells(self, tree, test):
        """Whether g_sigma - g passes the test in all cells, which are all there are if first order is enough."""
        require(tree is None or self.local.is_first_order_enough(), 'first order does not say which signs are near')
        return self.walk(tree, [0] * self.k, lambda gap, *_: test(gap))

    def has_no_face(self, scope, proof):
        """At each kink the signs 0, 1, -1: refuted, or followed to a direction along which the inequality fails."""
        steps, attained = iter(proof), scope == 'attained'
        require(scope == 'all' or attained and self.local.is_first_order_enough(), 'no scope of patterns')

        def is_refuted(rows, signs, multipliers):
            m = vector(multipliers)
            signed = [j for j in m if signs[j] != 0]
            return (all(0 <= j < len(signs) for j in m) and all(m[j] >= 0 for j in signed)
                    and any(m[j] > 0 for j in signed)
                    and is_zero(plus({}, *((x * (signs[j] or 1), rows[j]) for j, x in m.items()))))

        def visit(prefix):
            i = len(prefix)
            if i == self.k:
                step = next(steps)
                return step['kind'] == 'descent' and self.along(prefix, vector(step['direction']))[1] < 0
            rows = [row for row, _ in self.substituted(prefix + [0] * (self.k - i))[0]]
            if attained and is_zero(rows[i]):
                return visit(prefix + [0])
            for signs in (prefix + [sign] for sign in (0, 1, -1)):
                step = next(steps)
                is_seen = visit(signs) if step['kind'] == 'open' else (
                    attained and step['kind'] == 'refuted' and is_refuted(rows, signs, step['multipliers']))
                if not is_seen:
                    return False
            return True

        return visit([]) and next(steps, None) is None

    def independent(self, claim, proof):
        """With independent rows all signatures are attained, and f'(d) - <g, d> is the sum of mu dz + beta |dz|."""
        mu, rows = [parse(m) for m in proof['multipliers']], [{t: I(x) for t, x in row.items()} for row in self.Z]
        require(len(mu) == self.k == len(independent_rows(rows)), 'rows are not independent')
        require(is_zero(plus(dict(self.q), *zip(mu, self.Z))), 'no multipliers of g')
        if proof['kind'] == 'independentRows':
            beta = self.weights(lambda m, b: -mu[m])
            below = [abs(m) <= b for m, b in zip(mu, beta)]
            order = [sign_of(abs(m) - abs(b)) for m, b in zip(mu, beta)]
            closest = [o == 0 or low for o, low in zip(order, below)]
            return {'frechet in': all(below), 'frechet out': not all(below), 'bouligand in': not any(order),
                    'bouligand out': any(order), 'limiting in': all(closest), 'limiting out': not all(closest),
                    'clarke in': max(order, default=0) <= 0,
                    'clarke out': all(map(is_zero, self.L)) and max(order, default=0) > 0}[claim]
        if proof['kind'] == 'independentCombination':
            covered = sorted(i for part in proof['parts'] for i in part['kinks'])
            return claim == 'clarke in' and covered == list(range(self.k)) and all(is_zero(convex(
                part['terms'], lambda term: self.gap_on(mu, part['kinks'], term['signature']))) for part in proof['parts'])
        kinks, direction = proof['kinks'], list(map(parse, proof['direction']))
        v, signatures = dict(zip(kinks, direction)), product([1, -1], repeat=len(kinks))
        return claim == 'clarke out' and len(direction) == len(v) == len(kinks) and all(
            dot(self.gap_on(mu, kinks, signature), v) > 0 for signature in signatures)

    def weights(self, tau):
        """beta_i = b_i + the sum of L_mi tau_m over later m."""
        beta = list(self.b)
        for m in reversed(range(self.k)):
            for j, c in self.L[m].items():
                beta[j] += c * tau(m, beta[m])
        return beta

    def gap_on(self, mu, kinks, signature):
        """g_sigma - g as multiples of the rows of these kinks, whose |z| are in no others' z."""
        require(len(signature) == len(kinks) and all(abs(s) == 1 for s in signature), 'a sign for each kink is needed')
        require(all(m in kinks or not any(row.get(i) for i in kinks) for m, row in enumerate(self.L)), 'coupled kinks')
        signs = dict(zip(kinks, signature))
        beta = self.weights(lambda m, b: b * signs.get(m, 0))
        return {i: beta[i] * signs[i] + mu[i] for i in kinks}

    def proves(self, claim, proof):
        kind, free, answer = proof['kind'], [0] * self.k, claim.split()[1]
        along = lambda: self.along(free, vector(proof['direction']))
        if kind == 'face':
            is_taken = [sign_of(x) for x in along()[0]] == proof['pattern']
            return claim == 'limiting in' and is_taken and self.holds_near(proof['pattern'], proof['near'])
        if kind == 'outsideRowSpace':
            v = vector(proof['vector'])
            return answer == 'out' and not any(dot(row, v) for row in self.Z) and dot(self.q, v) != 0
        if kind in ('independentRows', 'independentCombination', 'independentSeparation'):
            return self.independent(claim, proof)
        shown, holds = {
            'differentiable': (claim, lambda: self.k == 0 and is_zero(self.q) == (answer == 'in')),
            'cell': ('bouligand in', lambda: is_zero(self.gap(proof['cell']))),
            'combination': ('clarke in', lambda: is_zero(convex(proof['terms'], self.gap))),
            'multipliers': ('frechet in', lambda: self.holds_near(free, proof)),
            'everyCell': ('frechet in', lambda: self.holds_near(free, proof)),
            'descent': ('frechet out', lambda: along()[1] < 0),
            'separation': ('clarke out', lambda: self.on_cells(
                proof.get('tree'), lambda gap: dot(gap, vector(proof['direction'])) > 0)),
            'noCell': ('bouligand out', lambda: self.on_cells(proof.get('tree'), lambda gap: not is_zero(gap))),
            'noFace': ('limiting out', lambda: self.has_no_face(proof['scope'], proof['steps'])),
        }[kind]
        return claim == shown and holds()


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
    if all(decisions[name]['answer'] == 'undecided' for name in SETS):
        return
    local = Local(claim['program'], point)
    require(len(gradient) == len(point) and tolerance >= 0, 'the gradient does not fit the point')
    if choice is not None:
        require(len(choice) == len(local.z) and all(abs(s) <= 1 for s in choice), 'the choice does not fit the kinks')
        expected = dict(local.a)
        for weight, row in zip(local.sweep(choice), local.Z):
            expected.update({t: expected.get(t, ZERO) + weight * x for t, x in row.items()})
        allowed = max([tolerance, Q(1, 10 ** 6), *(x.size().hi / 10 ** 6 for x in expected.values())])
        distances = [(I(g) - expected.get(t, ZERO)).size().hi for t, g in enumerate(gradient)]
        require(max(distances) <= allowed, 'the gradient is not the answer of a sweep with this choice')
    facts = Facts(local, gradient, choice) if model == 'exact' else None
    for name in SETS:
        answer, proof = decisions[name]['answer'], decisions[name].get('proof')
        if answer == 'undecided':
            continue
        require(answer in ('in', 'out') and proof is not None, f'{name}: no answer with a proof')
        kind = proof['kind']
        if kind == 'impliedBy':
            other = proof['set']
            holds = f'{other} {answer} {name}' in IMPLIED and decisions[other]['answer'] == answer
        elif facts:
            holds = facts.proves(f'{name} {answer}', proof)
        else:
            known = (model, kind) in {('robust', 'margins'), ('robust', 'differentiable'), ('layers', 'layers')}
            require(known, f'{name}: {model} data with the proof {kind} are not checked here')
            holds = margins(local, choice, gradient, f'{name} {answer}')
        require(holds, f'{name}: {kind} does not show {answer!r}')


def verdict(claim):
    """None if the claim is shown, else why it is not."""
    try:
        return check(claim)
    except Rejected as reason:
        return str(reason)
    except (ArithmeticError, LookupError, RecursionError, StopIteration, TypeError, ValueError, AttributeError) as error:
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
