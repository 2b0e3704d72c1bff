// An error names the argument, its value and what is allowed
import { ArgumentError } from '@nonsmooth/core';
import { network } from '@nonsmooth/nets';

try {
  network([1, 0, 1], { activation: 'relu' });
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  console.log(error.message);
}

// prints
// widths = [1, 0, 1]; allowed: two or more positive integers
