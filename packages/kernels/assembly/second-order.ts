import { SecondOrder, SecondOrderLayer } from './generated/structs';

// @ts-ignore: decorator
@inline
export function secondAt(state: SecondOrder, k: i32): SecondOrderLayer {
  return changetype<SecondOrderLayer>(state.layers + <usize>k * offsetof<SecondOrderLayer>());
}
