/**
 * Extra cost of a field that computes, where a plain field costs 1. It stops a document that repeats such a field
 * under many aliases.
 */
export const computed = 1000
