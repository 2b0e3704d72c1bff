"""Computes what cases.mjs describes with NumPy, SciPy, mpmath and PyTorch, and prints how far the numbers are apart."""
import json
import platform
import sys

EPSILON = 2.0 ** -52
rows, skipped, versions = [], [], {'Python': platform.python_version()}


def library(name, purpose):
    try:
        module = __import__(name)
    except ImportError:
        skipped.append(f'{purpose}: {name} is not installed')
        return None
    versions[name] = module.__version__
    return module


def row(what, against, pairs, limit, unit=''):
    """pairs of ours and theirs, each with the size that its distance is relative to."""
    pairs = list(pairs)
    distance = max(abs(a - b) / size for a, b, size in pairs)
    rows.append({'what': what, 'against': against, 'count': len(pairs), 'distance': float(distance), 'limit': limit,
                 'unit': unit})


def functions(cases):
    mp = library('mpmath', 'functions of one number')
    if mp is None:
        return
    mp.mp.dps = 60
    logistic = lambda x: 1 / (1 + mp.exp(-x))
    softplus = lambda x: mp.log(1 + mp.exp(x))
    known = {
        'exp': mp.exp, 'expm1': mp.expm1, 'log': mp.log, 'log1p': lambda x: mp.log(1 + x), 'sin': mp.sin,
        'cos': mp.cos, 'tan': mp.tan, 'asin': mp.asin, 'acos': mp.acos, 'atan': mp.atan, 'sinh': mp.sinh,
        'cosh': mp.cosh, 'tanh': mp.tanh, 'asinh': mp.asinh, 'acosh': mp.acosh, 'atanh': mp.atanh, 'erf': mp.erf,
        'erfc': mp.erfc, 'logistic': logistic, 'softplus': softplus, 'logCosh': lambda x: mp.log(mp.cosh(x)),
        'gelu': lambda x: x * mp.ncdf(x), 'swish': lambda x: x * logistic(x),
        'mish': lambda x: x * mp.tanh(softplus(x)), 'elu': lambda x: x if x > 0 else mp.expm1(x),
        'softsign': lambda x: x / (1 + abs(x)),
    }
    for case in cases:
        f = known[case['name']]
        x = [mp.mpf(v) for v in case['x']]
        for part, exact in (('value', f), ('slope', lambda v: mp.diff(f, v, h=mp.mpf(10) ** -25))):
            theirs = [exact(v) for v in x]
            # relative; slopes to a tenth of the largest at least, for near their zeros digits cancel by nature
            floor = max(map(abs, theirs)) * mp.mpf('0.1') if part == 'slope' else mp.mpf('1e-300')
            pairs = [(mp.mpf(a), b, max(abs(b), floor) * EPSILON) for a, b in zip(case[part], theirs)]
            row(f'{part} of {case["name"]}', 'mpmath, 60 digits', pairs, 8 if part == 'slope' else 4, 'ε')


def forward(np, widths, theta, inputs, activation):
    """The outputs of a network, for real or complex parameters."""
    a, at = inputs, 0
    for k in range(1, len(widths)):
        rows_, columns = widths[k], widths[k - 1]
        weights = theta[at:at + rows_ * columns].reshape(rows_, columns)
        at += rows_ * columns
        a = a @ weights.T + theta[at:at + rows_]
        at += rows_
        if k < len(widths) - 1:
            a = activation(a)
    return a


def activations(np):
    sided = lambda right, left: lambda x: np.where(x.real > 0, right(x), left(x))
    return {
        'tanh': np.tanh, 'logistic': lambda x: 1 / (1 + np.exp(-x)), 'softplus': lambda x: np.log(1 + np.exp(x)),
        'relu': sided(lambda x: x, lambda x: 0 * x), 'leakyRelu': sided(lambda x: x, lambda x: 0.01 * x),
        'elu': sided(lambda x: x, lambda x: np.exp(np.minimum(x.real, 0) + 1j * x.imag) - 1),
        'softsign': sided(lambda x: x / (1 + x), lambda x: x / (1 - x)),
    }


def complex_step(np, case, activation):
    """A gradient without differences: the imaginary part of the risk at theta + ih e_t, divided by h."""
    theta, inputs, targets = (np.array(case[name], dtype=complex) for name in ('theta', 'inputs', 'targets'))
    gradient = []
    for t in range(len(theta)):
        moved = theta.copy()
        moved[t] += 1e-150j
        residual = forward(np, case['widths'], moved, inputs, activation) - targets
        gradient.append(((residual ** 2).sum(axis=1).mean() * 1e150).imag)
    return gradient


def gradients(cases):
    np = library('numpy', 'gradients of risks')
    if np is not None:
        for case in cases:
            theirs = complex_step(np, case, activations(np)[case['activation']])
            size = max(map(abs, theirs))
            row(f'gradient of a {"-".join(map(str, case["widths"]))} {case["activation"]} risk',
                'NumPy, complex step', [(a, b, size) for a, b in zip(case['gradient'], theirs)], 1e-13)
    torch = library('torch', 'gradients by PyTorch')
    if torch is None:
        return
    nn = torch.nn.functional
    known = {'tanh': torch.tanh, 'logistic': torch.sigmoid, 'softplus': nn.softplus, 'relu': nn.relu,
             'leakyRelu': lambda x: nn.leaky_relu(x, 0.01), 'elu': nn.elu, 'softsign': nn.softsign}
    for case in cases:
        theta, inputs, targets = (torch.tensor(case[n], dtype=torch.float64) for n in ('theta', 'inputs', 'targets'))
        theta.requires_grad_(True)
        outputs = forward(torch, case['widths'], theta, inputs, known[case['activation']])
        ((outputs - targets) ** 2).sum(dim=1).mean().backward()
        theirs = theta.grad.tolist()
        size = max(map(abs, theirs))
        row(f'gradient of a {"-".join(map(str, case["widths"]))} {case["activation"]} risk', 'PyTorch, float64',
            [(a, b, size) for a, b in zip(case['gradient'], theirs)], 1e-13)


def problems(cases):
    np, scipy = library('numpy', 'initial value problems'), library('scipy', 'initial value problems')
    if np is None or scipy is None:
        return
    from scipy.integrate import solve_ivp
    radius = lambda y: (y[0] ** 2 + y[1] ** 2) ** 1.5
    known = {
        'lorenz': (lambda t, y: [10 * (y[1] - y[0]), y[0] * (28 - y[2]) - y[1], y[0] * y[1] - 8 / 3 * y[2]], 'DOP853'),
        'kepler': (lambda t, y: [y[2], y[3], -y[0] / radius(y), -y[1] / radius(y)], 'DOP853'),
        'vanDerPol': (lambda t, y: [y[1], 50 * (1 - y[0] ** 2) * y[1] - y[0]], 'Radau'),
        'robertson': (lambda t, y: [-0.04 * y[0] + 1e4 * y[1] * y[2],
                                    0.04 * y[0] - 1e4 * y[1] * y[2] - 3e7 * y[1] ** 2, 3e7 * y[1] ** 2], 'Radau'),
    }
    ends = {}
    for case in cases:
        name = case['name']
        f, method = known[name]
        if name not in ends:
            found = solve_ivp(f, (0, case['t1']), case['y0'], method=method, rtol=1e-12, atol=1e-15)
            ends[name] = found.y[:, -1]
        row(f'{name} at t = {case["t1"]} by {case["method"]}', f'SciPy, {method}, rtol 1e-12',
            [(a, b, max(abs(b), 1e-4)) for a, b in zip(case['end'], ends[name])], 1e-6)


def flows(cases):
    np, scipy = library('numpy', 'gradient flows'), library('scipy', 'gradient flows')
    if np is None or scipy is None:
        return
    from scipy.integrate import solve_ivp
    for i, case in enumerate(cases):
        f = lambda t, theta: [-g for g in complex_step(np, {**case, 'theta': theta}, np.tanh)]
        found = solve_ivp(f, (0, case['t1']), case['theta'], method='DOP853', rtol=1e-11, atol=1e-13)
        row(f'gradient flow {i + 1} of a tanh risk at t = {case["t1"]}', 'SciPy, DOP853 with a complex-step gradient',
            [(a, b, max(1.0, abs(b))) for a, b in zip(case['end'], found.y[:, -1])], 1e-7)


def descents(cases):
    torch = library('torch', 'update rules')
    if torch is None:
        return
    optim = torch.optim
    makers = {
        'sgd': lambda p, r: optim.SGD(p, lr=r['learningRate'], momentum=r.get('momentum', 0),
                                      nesterov=r.get('nesterov', False), weight_decay=r.get('weightDecay', 0)),
        'adam': lambda p, r: optim.Adam(p, lr=r['learningRate'], amsgrad=r.get('amsgrad', False),
                                        weight_decay=r.get('weightDecay', 0)),
        'adamW': lambda p, r: optim.AdamW(p, lr=r['learningRate'], weight_decay=r.get('weightDecay', 0.01)),
        'rmsprop': lambda p, r: optim.RMSprop(p, lr=r['learningRate'], momentum=r.get('momentum', 0),
                                              centered=r.get('centered', False)),
        'adagrad': lambda p, r: optim.Adagrad(p, lr=r['learningRate'], lr_decay=r.get('learningRateDecay', 0)),
    }
    for case in cases:
        rule = case['rule']
        theta = torch.tensor(case['start'], dtype=torch.float64, requires_grad=True)
        optimizer = makers[rule['name']]([theta], rule)
        for _ in range(case['steps']):
            optimizer.zero_grad()
            head, tail = theta[:3], theta[1:]
            (10 * ((tail - head ** 2) ** 2).sum() + ((1 - head) ** 2).sum()).backward()
            optimizer.step()
        options = ', '.join(f'{k} {v}' for k, v in rule.items() if k != 'name')
        row(f'{case["steps"]} steps of {rule["name"]} ({options})', 'PyTorch, torch.optim',
            [(a, b, max(1.0, abs(b))) for a, b in zip(case['end'], theta.tolist())], 1e-10)


with open(sys.argv[1], encoding='utf-8') as file:
    data = json.load(file)
for part in (functions, gradients, problems, flows, descents):
    part(data[part.__name__])
print(json.dumps({'versions': versions, 'rows': rows, 'skipped': sorted(set(skipped))}))
