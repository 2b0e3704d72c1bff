// The part of Node that native kernels need, if this is Node: packages import none of its modules.

interface NodeProcess {
  readonly env?: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: 'node:module'): {
    createRequire(from: string): (name: string) => unknown;
  };
  emitWarning?(message: string, name: string): void;
}

const node = (globalThis as unknown as { readonly process?: NodeProcess }).process;

/** An environment variable; undefined where there is no environment. */
export function environmentVariable(name: string): string | undefined {
  return node?.env?.[name];
}

/** Loads a module as `require` in the file at this URL does. @throws what loading throws, or where there is no Node. */
export function requireFrom(url: string, name: string): unknown {
  const modules = node?.getBuiltinModule?.('node:module');
  if (!modules) throw new Error('there are no modules of Node here');
  return modules.createRequire(url)(name);
}

/** Tells the user, where there is a way to. */
export function warn(message: string): void {
  node?.emitWarning?.(message, 'NonsmoothWarning');
}
