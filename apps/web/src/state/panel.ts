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
}

/** Reads `?embed=input-plane&colours=dark`; names that are none are left out. */
export function parsePanel(search: string): PanelOptions {
  const query = new URLSearchParams(search);
  const named = new Set((query.get('embed') ?? '').split('-'));
  const colours = query.get('colours');
  return {
    parts: [...named].flatMap((name) => panelParts.filter((part) => part === name)),
    colours: colours === 'light' || colours === 'dark' ? colours : undefined,
  };
}
