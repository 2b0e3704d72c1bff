/** Fréchet ⊂ limiting ⊂ Clarke and Bouligand ⊂ limiting, as 'set answer set'. */
export const implications: ReadonlySet<string> = new Set([
  'frechet in limiting',
  'frechet in clarke',
  'bouligand in limiting',
  'bouligand in clarke',
  'clarke out limiting',
]);
