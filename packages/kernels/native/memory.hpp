// A kernel memory, which the host lays out: structs as assembly/ declares them, addresses in bytes from the start.
#pragma once

#include "structs.hpp"

struct Memory {
  char *base;
  template <class U> U *at(Address address) const { return (U *)(base + address); }
};
