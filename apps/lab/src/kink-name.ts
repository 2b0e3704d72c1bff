/** What the kink of an event is called: which neuron on which sample, or its name in a program. */
export function kinkName(event: Readonly<Record<string, unknown>>): string {
  const { layer, neuron, sample, name, index } = event;
  if (typeof neuron === 'number') {
    return `layer ${String(layer)}, neuron ${neuron}, sample ${String(sample)}`;
  }
  return typeof name === 'string' ? name : `kink ${String(index)}`;
}
