/** The packages in test/plugins/outside. Each has the name of its method. */
export const outsidePlugins = ['knn', 'ape', 'timo', 'proker', 'label-propagation', 'calip'] as const

/** A problem with NumPy's results, by tools/parity/outside_methods.py. */
export interface OutsideCase {
  readonly title: string
  readonly T: readonly (readonly number[])[]
  readonly F: readonly (readonly number[])[]
  readonly y: readonly number[]
  readonly W: readonly (readonly number[])[]
  readonly prompts: readonly (readonly number[])[]
  readonly patches: readonly (readonly (readonly number[])[])[]
  readonly promptClasses: readonly number[]
  readonly results: readonly {
    readonly method: string
    readonly values: Readonly<Record<string, number>>
    readonly logits: readonly (readonly number[])[]
  }[]
}
