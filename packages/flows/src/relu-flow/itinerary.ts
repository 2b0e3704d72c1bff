/**
 * What happened at a kink: `on`, `off`: crossing; `slide`: sliding starts; `exit-on`, `exit-off`: it ends; `die`: the
 * last active sample of a neuron switches off, the neuron is constant from then on; `could-leave`: a dead neuron
 * could leave its kink from here on, the minimal-norm solution stays; `several`: the kinks met at this time let the
 * flow go on in several ways, or a kink slid along has turned from attracting to repelling; the following entries tell
 * the way taken. The last two end uniqueness.
 */
export type KinkKind =
  'on' | 'off' | 'slide' | 'exit-on' | 'exit-off' | 'die' | 'could-leave' | 'several';

export interface KinkEvent {
  readonly t: number;
  readonly neuron: number;
  /** The input of the group of samples whose kink it is. */
  readonly input: readonly number[];
  readonly kind: KinkKind;
}
