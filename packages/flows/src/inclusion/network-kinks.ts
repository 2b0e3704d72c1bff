import { frozenProgram, sum, trace, type FrozenFunction } from '@nonsmooth/autodiff';
import { applyNetwork, checkedData, type EmpiricalRisk } from '@nonsmooth/nets';
import { tensor } from '@nonsmooth/tensor';
import type { DenseLayout } from './dense/dense-layout.js';
import type { KinkEvent } from './kink-event.js';

/** An event of the flow of a network's risk: which neuron met its kink on which sample. */
export interface NetworkKinkEvent extends KinkEvent {
  /** Layer, from 1; the last one, whose kinks are those of the loss, after the hidden layers. */
  readonly layer: number;
  /** Neuron within the layer, from 0. */
  readonly neuron: number;
  /** The first sample with this input; samples with equal inputs have equal kinks. */
  readonly sample: number;
  /** Its input. */
  readonly input: readonly number[];
}

/** Tells neurons and samples of events from the kinks of the risk's program, which are layer by layer, by sample. */
export function networkEvents(
  { network, data }: Pick<EmpiricalRisk, 'network' | 'data'>,
  kinks: FrozenFunction['kinks'],
  origin: readonly number[],
): (event: KinkEvent) => NetworkKinkEvent {
  const { widths } = network;
  const { inputs } = checkedData(network, data);
  const samples = inputs.shape[0]!;
  const rows = Array.from({ length: samples }, (_, s) =>
    Array.from(inputs.data.subarray(s * widths[0]!, (s + 1) * widths[0]!)),
  );
  const blocks = kinks.map(({ block }) => block);
  const perLayer = blocksPerLayer(network, widths.length - 2);
  return (event) => {
    const kink = kinks[origin[event.index]!]!;
    const layer = Math.min(
      widths.length - 1,
      1 + Math.floor(blocks[origin[event.index]!]! / Math.max(1, perLayer)),
    );
    const width = widths[layer]!;
    const sample = Math.min(samples - 1, Math.floor(kink.position / width));
    return { ...event, layer, neuron: kink.position % width, sample, input: rows[sample]! };
  };
}

/** As `networkEvents`, from where kinks lie. */
export function denseEvents(layout: DenseLayout): (event: KinkEvent) => NetworkKinkEvent {
  const place = { layer: 0, hinge: 0, group: 0, neuron: 0 };
  const { groups, layers } = layout;
  const width = layers[0]!.inputs;
  return (event) => {
    layout.locate(event.index, place);
    const { layer, group, neuron } = place;
    const input: number[] = [];
    for (let l = 0; l < width; l++) input.push(groups.inputs[group * width + l]!);
    const { t, index, name, kind } = event;
    const sample = groups.first[group]!;
    return { t, index, name, kind, layer: layer + 1, neuron, sample, input };
  };
}

/** How many ops with kinks each hidden layer has. */
function blocksPerLayer(network: EmpiricalRisk['network'], layers: number): number {
  const input = tensor(new Float64Array(network.widths[0]!), { shape: [1, network.widths[0]!] });
  const total = trace((theta) => sum(applyNetwork(network, theta, input)), [[network.dimension]]);
  const { kinks } = frozenProgram(total);
  return layers > 0 && kinks.length > 0 ? (1 + kinks.at(-1)!.block) / layers : 0;
}
