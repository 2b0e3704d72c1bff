/** Which switches are on, and along which surfaces the solution slides. */
export interface FilippovMode {
  /** 0 or 1 for each surface. */
  readonly on: readonly number[];
  readonly sliding: readonly number[];
  /** Whether time runs backward: what repels then attracts. */
  readonly backward?: boolean;
}

/** What happens at a surface. */
export interface FilippovEvent {
  /**
   * `on`, `off`: crosses to that side; `slide`: slides from here on; `exitOn`, `exitOff`: leaves after sliding;
   * `die`: stops on the surface and stays off; `nonUnique`: could go on to both sides, and stays off.
   */
  readonly kind: 'on' | 'off' | 'slide' | 'exitOn' | 'exitOff' | 'die' | 'nonUnique';
  readonly surface: number;
}
