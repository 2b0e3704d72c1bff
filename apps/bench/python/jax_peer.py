"""Loss and gradient by jit(value_and_grad), and Adam's steps as one compiled step."""

import jax
import jax.numpy as jnp
from problem import flat

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")

ACTIVATIONS = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
}
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def loss_of(problem):
    activate = ACTIVATIONS[problem.activation]

    def loss(parameters, inputs, targets):
        a = inputs
        for k in range(0, len(parameters), 2):
            a = a @ parameters[k].T + parameters[k + 1]
            if k + 2 < len(parameters):
                a = activate(a)
        if problem.loss == "crossEntropy":
            logarithms = jax.nn.log_softmax(a)
            return -jnp.mean(jnp.take_along_axis(logarithms, targets[:, None], axis=1))
        return jnp.sum((a - targets) ** 2) / inputs.shape[0]

    return loss


def arrays(problem):
    return [jnp.asarray(p) for p in problem.parameters], jnp.asarray(problem.inputs), jnp.asarray(problem.targets)


def gradient_task(problem, variant):
    parameters, inputs, targets = arrays(problem)
    both = jax.jit(jax.value_and_grad(loss_of(problem)))
    found = [None, None]

    def run():
        found[:] = jax.block_until_ready(both(parameters, inputs, targets))

    return run, lambda: (float(found[0]), flat(found[1]))


def descent_task(problem, variant):
    start, inputs, targets = arrays(problem)
    batches = jnp.asarray(problem.batches)
    both = jax.value_and_grad(loss_of(problem))
    dtype = inputs.dtype

    @jax.jit
    def step(parameters, means, squares, n, batch):
        loss, gradient = both(parameters, inputs[batch], targets[batch])
        rate = (problem.learning_rate / (1 - BETA1**n)).astype(dtype)
        correction = jnp.sqrt(1 - BETA2**n).astype(dtype)
        means = [m + (1 - BETA1) * (g - m) for m, g in zip(means, gradient)]
        squares = [BETA2 * v + (1 - BETA2) * g * g for v, g in zip(squares, gradient)]
        moved = [
            p - rate * m / (jnp.sqrt(v) / correction + EPSILON) for p, m, v in zip(parameters, means, squares)
        ]
        return loss, moved, means, squares

    last = [None, None]

    def run():
        parameters = start
        means = squares = [jnp.zeros_like(p) for p in start]
        for n, batch in enumerate(batches, 1):
            loss, parameters, means, squares = step(parameters, means, squares, jnp.float64(n), batch)
        last[:] = jax.block_until_ready((loss, parameters))

    return run, lambda: (float(last[0]), flat(last[1]))


def describe():
    return jax.__version__
