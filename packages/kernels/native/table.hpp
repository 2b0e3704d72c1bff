// The kernels of one instruction set: what addon.cpp calls. Results are false where a call is left to the portable kernels.
#pragma once

#include "memory.hpp"
#include "scratch.hpp"

struct Functions {
  bool (*canCompute)(const Network &, bool batch);
  bool (*risk)(const Memory &, Network &, int count, Address indices, bool withGradient, Scratch &, double &value);
  bool (*realize)(const Memory &, Network &, Address rows, Address out, int count, Scratch &);
  bool (*descend)(const Memory &, Network &, Descent &, int steps, double learningRate, Scratch &, double &loss);
  bool (*prepare)(const Memory &, SecondOrder &, Scratch &);
  bool (*hessianVector)(const Memory &, SecondOrder &, Scratch &);
  bool (*matmul)(const Memory &, Address a, Address b, Address out, int m, int k, int n, bool transposeA,
                 bool transposeB, bool add, Scratch &);
  /** 12·steps multiplications and additions (fused ones in fused builds) of vectors that stay in registers. */
  double (*peak)(double steps);
  int vectorBytes;
};

struct Kernels {
  const char *name;
  Functions f64, f32;
};
