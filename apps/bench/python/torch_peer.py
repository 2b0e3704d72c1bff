"""Loss and gradient by autograd and Adam's steps of torch.optim; the variant `compile` by torch.compile."""

import torch
from problem import flat

torch.set_num_threads(1)

ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "gelu": torch.nn.functional.gelu,
}


def loss_of(problem):
    activate = ACTIVATIONS[problem.activation]

    def loss(parameters, inputs, targets):
        a = inputs
        for k in range(0, len(parameters), 2):
            a = torch.nn.functional.linear(a, parameters[k], parameters[k + 1])
            if k + 2 < len(parameters):
                a = activate(a)
        if problem.loss == "crossEntropy":
            return torch.nn.functional.cross_entropy(a, targets)
        return ((a - targets) ** 2).sum() / len(inputs)

    return loss


def tensors(problem):
    parameters = [torch.from_numpy(p).requires_grad_() for p in problem.parameters]
    return parameters, torch.from_numpy(problem.inputs), torch.from_numpy(problem.targets)


def gradient_task(problem, variant):
    parameters, inputs, targets = tensors(problem)
    loss_function = loss_of(problem)
    if variant == "compile":
        loss_function = torch.compile(loss_function)
    found = [None, None]

    def run():
        loss = loss_function(parameters, inputs, targets)
        found[:] = loss, torch.autograd.grad(loss, parameters)

    return run, lambda: (found[0].item(), flat([g.numpy() for g in found[1]]))


def descent_task(problem, variant):
    start, inputs, targets = tensors(problem)
    batches = torch.from_numpy(problem.batches)
    loss_function = loss_of(problem)
    if variant == "compile":
        loss_function = torch.compile(loss_function)
    last = [None, None]

    def run():
        parameters = [p.detach().clone().requires_grad_() for p in start]
        optimizer = torch.optim.Adam(parameters, lr=problem.learning_rate)
        for batch in batches:
            optimizer.zero_grad()
            loss = loss_function(parameters, inputs[batch], targets[batch])
            loss.backward()
            optimizer.step()
        last[:] = loss, parameters

    return run, lambda: (last[0].item(), flat([p.detach().numpy() for p in last[1]]))


def describe():
    return torch.__version__


def compiles():
    try:
        torch.compile(lambda x: x * x + 1)(torch.ones(3))
        return True
    except Exception:  # whatever its compiler lacks
        return False
