interface Class {
  readonly id: string
  readonly name: string
}

/** The class that is called so, or else the one that has this id; undefined if there is neither. */
export const findClass = <T extends Class>(classes: readonly T[], given: string): T | undefined =>
  classes.find(({ name }) => name === given) ?? classes.find(({ id }) => id === given)

/** The same for many look-ups. */
export function classFinder<T extends Class>(classes: readonly T[]): (given: string) => T | undefined {
  const byId = new Map(classes.map((each) => [each.id, each]))
  const byName = new Map(classes.map((each) => [each.name, each]))
  return (given) => byName.get(given) ?? byId.get(given)
}
