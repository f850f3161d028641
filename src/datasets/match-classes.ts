import { errors } from '../errors.js'

/** A dataset's name and its class names, in the order of the class indices. */
export interface NamedClasses {
  readonly name: string
  readonly classes: readonly string[]
}

/**
 * The index in `dataset` of each class of `other`, [C]. Both datasets must have the same class names, in any order. Throws
 * CLASSES_DIFFER with the classes that only one of the two has.
 */
export function matchClasses(dataset: NamedClasses, other: NamedClasses): Int32Array {
  const indexOf = new Map(dataset.classes.map((name, index) => [name, index]))
  const known = new Set(other.classes)
  const only = dataset.classes.filter((name) => !known.has(name))
  const onlyOther = other.classes.filter((name) => !indexOf.has(name))
  if (only.length > 0 || onlyOther.length > 0) {
    throw errors.classesDiffer({ dataset: dataset.name, other: other.name, only, onlyOther })
  }
  return Int32Array.from(other.classes, (name) => indexOf.get(name) as number)
}
