/** What a panel within another page can show. */
export const panelParts = [
  'input',
  'plane',
  'itinerary',
  'charts',
  'gradients',
  'verdict',
  'programs',
] as const;

/** One part of a panel. */
export type PanelPart = (typeof panelParts)[number];

/** How the page is shown within another one. */
export interface PanelOptions {
  /** In this order; none: the whole page. */
  readonly parts: readonly PanelPart[];
  /** The colours of the page around it, if it says so. */
  readonly colours: 'light' | 'dark' | undefined;
  /** Seconds that a question about gradients may take, if it says so. */
  readonly patience: number | undefined;
}

/** Reads `?embed=input-plane&colours=dark&patience=5`; names that are none are left out. */
export function parsePanel(search: string): PanelOptions {
  const query = new URLSearchParams(search);
  const named = new Set((query.get('embed') ?? '').split('-'));
  const colours = query.get('colours');
  const patience = Number(query.get('patience'));
  return {
    parts: [...named].flatMap((name) => panelParts.filter((part) => part === name)),
    colours: colours === 'light' || colours === 'dark' ? colours : undefined,
    patience: patience > 0 && patience < 1e5 ? patience : undefined,
  };
}
