"""Problems as the benchmark hands them over: a header in JSON, and arrays behind each other in a binary file."""

import json
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Problem:
    """A network W1, b1, ..., with data in rows, and for descents Adam's settings and the batch of each step."""

    kind: str
    widths: list
    activation: str
    loss: str
    dtype: str
    learning_rate: float
    batch: int
    arrays: dict = field(default_factory=dict)

    @property
    def inputs(self):
        return self.arrays["inputs"].reshape(-1, self.widths[0])

    @property
    def targets(self):
        if self.loss == "crossEntropy":
            return self.arrays["targets"].astype(np.int64)
        return self.arrays["targets"].reshape(-1, self.widths[-1])

    @property
    def batches(self):
        return self.arrays["indices"].reshape(-1, self.batch).astype(np.int64)

    @property
    def parameters(self):
        """W1, b1, ..., each W with as many rows as the layer has neurons."""
        theta, found, at = self.arrays["theta"], [], 0
        for columns, rows in zip(self.widths, self.widths[1:]):
            for shape in ((rows, columns), (rows,)):
                size = rows * columns if len(shape) == 2 else rows
                found.append(theta[at : at + size].reshape(shape).copy())
                at += size
        return found


def read_problem(header_path, data_path):
    with open(header_path, encoding="utf8") as file:
        header = json.load(file)
    layout = header.pop("arrays")
    problem = Problem(**header)
    with open(data_path, "rb") as file:
        for name, dtype, count in layout:
            problem.arrays[name] = np.fromfile(file, dtype=dtype, count=count)
    return problem


def flat(arrays):
    """The arrays as one vector of doubles."""
    return np.concatenate([np.asarray(array, dtype=np.float64).ravel() for array in arrays])
