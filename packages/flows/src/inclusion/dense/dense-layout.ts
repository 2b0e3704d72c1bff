import type { FrozenKink } from '@nonsmooth/autodiff';
import { checkedData, type EmpiricalRisk } from '@nonsmooth/nets';
import { groupedLoss, type GroupedLoss } from './grouped-loss.js';
import { hingesOf, type Hinges } from './hinges.js';
import { groupSamples, type SampleGroups } from './sample-groups.js';

/** An affine layer: where its weights (width × inputs) and biases lie in θ, and its hinges among all kinks. */
export interface DenseLayer {
  readonly inputs: number;
  readonly width: number;
  readonly weights: number;
  readonly biases: number;
  /** The first kink of each hinge: groups × width of them follow. None for the last layer. */
  readonly kinks: readonly number[];
}

/** Where a kink lies. */
export interface KinkPlace {
  /** From 0; the number of hidden layers for kinks of the loss. */
  layer: number;
  hinge: number;
  group: number;
  neuron: number;
}

/**
 * A network with a piecewise affine activation, its samples and its loss, and the order of their kinks: layer by layer,
 * hinge by hinge, group of equal inputs by group, neuron by neuron, and last those of the loss.
 */
export class DenseLayout {
  readonly dimension: number;
  readonly layers: readonly DenseLayer[];
  readonly hinges: Hinges;
  readonly groups: SampleGroups;
  readonly loss: GroupedLoss;
  /** How many kinks there are, and the first one of the loss. */
  readonly kinks: number;
  readonly lossKinks: number;
  /** The kinks that were asked for. */
  private readonly known = new Map<number, FrozenKink>();

  private constructor(
    { widths, dimension }: EmpiricalRisk['network'],
    hinges: Hinges,
    groups: SampleGroups,
    loss: GroupedLoss,
  ) {
    this.dimension = dimension;
    this.hinges = hinges;
    this.groups = groups;
    this.loss = loss;
    let [weights, kinks] = [0, 0];
    this.layers = widths.slice(1).map((width, k): DenseLayer => {
      const inputs = widths[k]!;
      const biases = weights + width * inputs;
      const isHidden = k + 2 < widths.length;
      const first = (isHidden ? hinges.at : []).map((_, h) => kinks + h * groups.count * width);
      const layer = { inputs, width, weights, biases, kinks: first };
      weights = biases + width;
      kinks += first.length * groups.count * width;
      return layer;
    });
    this.lossKinks = kinks;
    this.kinks = kinks + (loss.kinks?.count ?? 0);
  }

  /** The layout of a risk; undefined for a risk of another kind. */
  static of({ network, data }: Pick<EmpiricalRisk, 'network' | 'data'>): DenseLayout | undefined {
    const hinges = hingesOf(network.activation);
    if (!hinges || network.batchNormalization) return undefined;
    const { inputs, targets, loss: name } = checkedData(network, data);
    const groups = groupSamples(Float64Array.from(inputs.data), network.widths[0]!);
    const outputs = network.widths.at(-1)!;
    const loss = groupedLoss(name, groups, Float64Array.from(targets.data), outputs);
    return loss && new DenseLayout(network, hinges, groups, loss);
  }

  /** Writes where a kink lies. */
  locate(index: number, out: KinkPlace): void {
    const { layers, groups, lossKinks, loss } = this;
    if (index >= lossKinks) {
      out.layer = layers.length - 1;
      out.hinge = 0;
      out.group = loss.kinks!.group[index - lossKinks]!;
      out.neuron = loss.kinks!.output[index - lossKinks]!;
      return;
    }
    let layer = 0;
    while (layers[layer + 1]!.kinks.length > 0 && index >= layers[layer + 1]!.kinks[0]!) layer++;
    const { kinks, width } = layers[layer]!;
    const at = index - kinks[0]!;
    const perHinge = groups.count * width;
    out.layer = layer;
    out.hinge = Math.floor(at / perHinge);
    out.group = Math.floor((at % perHinge) / width);
    out.neuron = at % width;
  }

  /** The output of the layer at which a kink, which is located, bends. */
  zeroOf(index: number, { hinge }: KinkPlace): number {
    const { lossKinks, loss, hinges } = this;
    return index >= lossKinks ? loss.kinks!.target[index - lossKinks]! : hinges.at[hinge]!;
  }

  /** What is known of a kink. */
  kink(index: number): FrozenKink {
    let known = this.known.get(index);
    if (!known) this.known.set(index, (known = this.describe(index)));
    return known;
  }

  private describe(index: number): FrozenKink {
    const place = { layer: 0, hinge: 0, group: 0, neuron: 0 };
    this.locate(index, place);
    const { layer, hinge, group, neuron } = place;
    const { layers, hinges, groups, lossKinks, loss } = this;
    const isLoss = index >= lossKinks;
    const sample = groups.first[group]!;
    const position = isLoss
      ? loss.kinks!.position[index - lossKinks]!
      : sample * layers[layer]!.width + neuron;
    return {
      kind: 'abs',
      offset: index,
      size: 1,
      affine: layer === 0,
      nested: layer > 0 && hinges.at.length > 0,
      block: layer * hinges.at.length + hinge,
      position,
      name: isLoss
        ? `the loss of output ${neuron} on sample ${sample}`
        : `neuron ${neuron} of layer ${layer + 1} on sample ${sample}`,
    };
  }
}
