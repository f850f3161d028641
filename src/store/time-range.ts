/** Times from `from` (included) to `before` (excluded). */
export interface TimeRange {
  readonly from?: Date
  readonly before?: Date
}

/** Converts a range to a Prisma filter. */
export const within = ({ from, before }: TimeRange) => ({
  ...(from && { gte: from }),
  ...(before && { lt: before }),
})
