/** From a time on, up to another and not including it. */
export interface TimeRange {
  readonly from?: Date
  readonly before?: Date
}

/** As the database takes it. */
export const within = ({ from, before }: TimeRange) => ({
  ...(from && { gte: from }),
  ...(before && { lt: before }),
})
