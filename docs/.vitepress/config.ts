import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';

const packages = readdirSync(join(import.meta.dirname, '../../packages')).sort();

/** The path below which the site lies on its host, with / at both ends. */
const base = process.env['DOCS_BASE'] ?? '/';

/** The site: pages by hand in pages/, examples and reference generated beside them; relative to any folder. */
export default defineConfig({
  title: 'nonsmooth',
  description:
    'Generalized gradients, flows across kinks and certificates for training neural networks',
  lang: 'en',
  srcDir: 'pages',
  outDir: 'dist',
  base,
  cleanUrls: false,
  lastUpdated: false,
  head: [['link', { rel: 'icon', href: `${base}icon.svg` }]],
  rewrites: { 'generated/:rest*': ':rest*' },
  srcExclude: ['generated/parts/**'],
  // the kink lab is copied beside the pages after the build
  ignoreDeadLinks: [/^\/lab\//],
  // braces in the text of docstrings are subscripts, not attributes
  markdown: { math: true, attrs: { leftDelimiter: '{:', rightDelimiter: ':}' } },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          searchOptions: {
            // pages that explain come before the many entries of the reference
            boostDocument: (id) =>
              id.includes('/api/') ? 0.25 : id.includes('/examples/') ? 0.5 : 1,
          },
        },
      },
    },
    outline: [2, 3],
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Concepts', link: '/concepts/kinks' },
      { text: 'Examples', link: '/examples/flows' },
      { text: 'Reference', link: '/api/flows' },
      { text: 'Kink lab', link: '/lab/index.html', target: '_self' },
    ],
    sidebar: [
      {
        text: 'Begin',
        items: [
          { text: 'Start in five minutes', link: '/start' },
          { text: 'Choose a method', link: '/choose-a-method' },
          { text: 'Questions', link: '/faq' },
        ],
      },
      {
        text: 'Concepts',
        items: [
          { text: 'Kinks and generalized gradients', link: '/concepts/kinks' },
          { text: 'The abs-normal form', link: '/concepts/abs-normal-form' },
          { text: 'Flows across kinks', link: '/concepts/inclusions' },
          { text: 'The normalized flow', link: '/concepts/normalized-flow' },
          { text: 'Divergence', link: '/concepts/divergence' },
        ],
      },
      {
        text: 'How to',
        items: [
          { text: 'Follow your own function', link: '/how-to/own-function' },
          { text: 'Certify a gradient', link: '/how-to/certify' },
          { text: 'Run a study', link: '/how-to/study' },
          { text: 'Reproduce a run bit for bit', link: '/how-to/reproduce' },
          { text: 'Exchange data with Python', link: '/how-to/exchange' },
          { text: 'Find where numbers break', link: '/how-to/non-finite' },
        ],
      },
      {
        text: 'Examples',
        items: packages.map((name) => ({ text: name, link: `/examples/${name}` })),
      },
      {
        text: 'Reference',
        items: [
          ...packages.map((name) => ({ text: `@nonsmooth/${name}`, link: `/api/${name}` })),
          { text: 'Guarantees and failures', link: '/guarantees' },
          { text: 'Cross-checks', link: '/crosscheck' },
        ],
      },
      {
        text: 'About',
        items: [
          { text: 'Performance', link: '/performance' },
          { text: 'Comparison', link: '/comparison' },
          { text: 'How to cite', link: '/cite' },
        ],
      },
    ],
  },
});
