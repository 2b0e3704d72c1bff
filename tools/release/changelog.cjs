// How `changeset version` words CHANGELOGs: what changed, without the commits, for people who use a package.

/** One change as an item of a list; its first line is the item, the rest is indented. */
async function getReleaseLine({ summary }) {
  const [first, ...rest] = summary.split('\n').map((line) => line.trimEnd());
  return [`- ${first}`, ...rest.map((line) => (line === '' ? '' : `  ${line}`))].join('\n');
}

/** Which versions of this project's other packages it needs from now on. */
async function getDependencyReleaseLine(changesets, dependencies) {
  if (dependencies.length === 0) return '';
  const needed = dependencies.map(({ name, newVersion }) => `${name} ${newVersion}`);
  return `- Needs ${needed.join(', ')}.`;
}

module.exports = { getReleaseLine, getDependencyReleaseLine };
