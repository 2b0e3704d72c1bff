"""A process that does one task of another library for the benchmark, on one thread.

`peer.py find` prints the versions of the libraries that are here. `peer.py serve system variant folder` reads a
problem from the folder, prints how many runs one call makes, and then, for every byte `r` of the pipe `calls`, makes
them; for `a` it writes loss and vector into `answer`, as doubles. Every byte is answered through the pipe `replies`.
"""

import importlib
import importlib.util
import json
import os
import struct
import sys
import time

SYSTEMS = {"numpy": "numpy_peer", "torch": "torch_peer", "jax": "jax_peer"}
# calls are so long that the way through the pipes does not count
SECONDS_PER_CALL = 0.003


def find():
    found = {}
    if importlib.util.find_spec("numpy"):
        for system, module in SYSTEMS.items():
            if not importlib.util.find_spec(system):
                continue
            try:
                found[system] = importlib.import_module(module).describe()
            except Exception:  # a library that cannot be imported is not there
                pass
    compiles = "torch" in found and importlib.import_module("torch_peer").compiles()
    print(json.dumps({"version": sys.version.split()[0], "systems": found, "compiles": compiles}))


def runs_per_call(run):
    run()  # compiles, where something is compiled
    runs, elapsed = 0, 0.0
    while elapsed < 0.05:
        start = time.perf_counter()
        run()
        elapsed += time.perf_counter() - start
        runs += 1
    return max(1, round(SECONDS_PER_CALL * runs / elapsed))


def serve(system, variant, folder):
    from problem import read_problem

    at = lambda name: os.path.join(folder, name)
    problem = read_problem(at("problem.json"), at("problem.bin"))
    peer = importlib.import_module(SYSTEMS[system])
    run, answer = getattr(peer, f"{problem.kind}_task")(problem, variant)
    runs = runs_per_call(run)
    print(json.dumps({"runs": runs}), flush=True)
    with open(at("calls"), "rb", buffering=0) as calls, open(at("replies"), "wb", buffering=0) as replies:
        while call := calls.read(1):
            if call == b"r":
                for _ in range(runs):
                    run()
            else:
                loss, vector = answer()
                with open(at("answer"), "wb") as file:
                    file.write(struct.pack("<d", loss))
                    file.write(vector.tobytes())
            replies.write(b".")


if __name__ == "__main__":
    if sys.argv[1] == "find":
        find()
    else:
        serve(*sys.argv[2:])
