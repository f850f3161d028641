import { LRUCache } from 'lru-cache'
import type { ClassifierRepository, ClassifierRow } from './classifiers.js'

/** How many classifiers are kept. */
const maxKept = 64

/**
 * A repository that keeps the classifiers it has found until one is changed, so that an image is classified without a statement.
 * It is only right where no other process writes to the database.
 */
export function withKeptClassifiers(repository: ClassifierRepository): ClassifierRepository {
  const kept = new LRUCache<string, ClassifierRow>({ max: maxKept })
  let changes = 0

  const changing =
    <A extends unknown[], T>(change: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      try {
        return await change(...given)
      } finally {
        changes += 1
        kept.clear()
      }
    }

  return {
    ...repository,
    create: changing(repository.create),
    addVersion: changing(repository.addVersion),
    use: changing(repository.use),
    delete: changing(repository.delete),
    async find(nameOrId) {
      const known = kept.get(nameOrId)
      if (known) return known
      const before = changes
      const found = await repository.find(nameOrId)
      // What was read while another was written may be what was before.
      if (found && changes === before) kept.set(nameOrId, found)
      return found
    },
  }
}
