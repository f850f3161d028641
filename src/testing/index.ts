/**
 * Checks for authors of methods and spaces. Use them in any test runner:
 *
 * ```ts
 * import { methodChecks, spaceChecks } from 'shotboard/testing'
 *
 * for (const { name, run } of methodChecks(myMethod())) test(name, run)
 * for (const { name, run } of spaceChecks(mySpace())) test(name, run)
 * ```
 */
export type { Check } from './check.js'
export { type MethodChecksOptions, methodChecks } from './method-checks.js'
export { spaceChecks } from './space-checks.js'
