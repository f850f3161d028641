/**
 * What a query that computes costs beside its fields, in fields that are only looked up: under many names in one document,
 * it would keep the service busy for long.
 */
export const computed = 1000
