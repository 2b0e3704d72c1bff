"""Loss, gradient and Adam's steps by hand in NumPy: matrix products over all samples of a batch."""

import numpy as np
from problem import flat

ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}


def activate(name, z):
    """Values and slopes."""
    if name == "relu":
        return np.maximum(z, 0), z > 0
    if name == "tanh":
        a = np.tanh(z)
        return a, 1 - a * a
    raise ValueError(f"NumPy has no {name}")


def loss_and_cotangent(name, outputs, targets):
    samples = len(outputs)
    if name == "squared":
        residuals = outputs - targets
        return np.sum(residuals * residuals) / samples, residuals * (2 / samples)
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    shares = np.exp(shifted)
    totals = shares.sum(axis=1, keepdims=True)
    rows = np.arange(samples)
    loss = np.mean(np.log(totals[:, 0]) - shifted[rows, targets])
    shares /= totals
    shares[rows, targets] -= 1
    shares *= 1 / samples
    return loss, shares


def loss_and_gradient(problem, parameters, inputs, targets):
    depth = len(parameters) // 2
    values, slopes = [inputs], []
    for k in range(depth):
        z = values[-1] @ parameters[2 * k].T
        z += parameters[2 * k + 1]
        if k + 1 == depth:
            break
        value, slope = activate(problem.activation, z)
        values.append(value)
        slopes.append(slope)
    loss, cotangent = loss_and_cotangent(problem.loss, z, targets)
    gradient = [None] * len(parameters)
    for k in reversed(range(depth)):
        gradient[2 * k] = cotangent.T @ values[k]
        gradient[2 * k + 1] = cotangent.sum(axis=0)
        if k > 0:
            cotangent = cotangent @ parameters[2 * k]
            cotangent *= slopes[k - 1]
    return loss, gradient


def gradient_task(problem, variant):
    parameters, inputs, targets = problem.parameters, problem.inputs, problem.targets
    found = [None, None]

    def run():
        found[:] = loss_and_gradient(problem, parameters, inputs, targets)

    return run, lambda: (float(found[0]), flat(found[1]))


def descent_task(problem, variant):
    start, inputs, targets, batches = problem.parameters, problem.inputs, problem.targets, problem.batches
    dtype = inputs.dtype.type
    last = [None, None]

    def run():
        parameters = [p.copy() for p in start]
        means = [np.zeros_like(p) for p in start]
        squares = [np.zeros_like(p) for p in start]
        for n, batch in enumerate(batches, 1):
            loss, gradient = loss_and_gradient(problem, parameters, inputs[batch], targets[batch])
            rate = dtype(problem.learning_rate / (1 - ADAM["beta1"] ** n))
            correction = dtype(np.sqrt(1 - ADAM["beta2"] ** n))
            for p, g, m, v in zip(parameters, gradient, means, squares):
                m += dtype(1 - ADAM["beta1"]) * (g - m)
                v *= dtype(ADAM["beta2"])
                v += dtype(1 - ADAM["beta2"]) * g * g
                p -= rate * m / (np.sqrt(v) / correction + dtype(ADAM["epsilon"]))
        last[:] = loss, parameters

    return run, lambda: (float(last[0]), flat(last[1]))


def describe():
    return np.__version__
