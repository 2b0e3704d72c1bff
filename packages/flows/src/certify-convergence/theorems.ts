import type { TheoremCertificate } from './certificate.js';

/** Where the theorems that certificates name are proved. */
export const citations: { readonly [Name in TheoremCertificate['name']]: string } = {
  constantTarget:
    'Cheridito, Jentzen, Riekert, Rossmannek, arXiv 2102.09924; Bolte, Daniilidis, Lewis, Shiota, SIAM J. Optim. 18 (2007)',
  linearRegression: 'a convex quadratic function that is bounded below attains its minimum',
};

/** Where it is proved that bounded flows of definable risks converge, and others diverge. */
export const dichotomyCitation =
  'dichotomy of gradient flows of definable risks: Kranz, Gallon, Dereich, Jentzen, arXiv 2505.09572';
