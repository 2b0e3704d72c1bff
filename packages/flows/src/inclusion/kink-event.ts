/**
 * What happened at a kink. Of |u| and what is made of it: `on`, `off`: u goes to its positive or negative side; `slide`:
 * u is held at 0; `exit-on`, `exit-off`: it is let go to that side; `die`: it comes to its negative side and stays at 0
 * there, for nothing moves it. Of maxima and norms: `turn`: another entry or direction takes over; `slide`: entries are
 * held together, the argument at 0; `exit`: they are let go. `several`: the flow could go on in several ways from here, the
 * following entries tell the way taken; `could-leave`: what has died could leave its kink from here on. The last two
 * end uniqueness.
 */
export type KinkKind =
  | 'on'
  | 'off'
  | 'slide'
  | 'exit-on'
  | 'exit-off'
  | 'die'
  | 'turn'
  | 'exit'
  | 'could-leave'
  | 'several';

/** An event of a flow at a kink. */
export interface KinkEvent {
  readonly t: number;
  /** The kink among all of the function, in evaluation order, and what it is called: its op and where. */
  readonly index: number;
  readonly name: string;
  readonly kind: KinkKind;
}
