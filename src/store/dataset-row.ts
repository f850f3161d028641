export interface DatasetRow {
  readonly id: string
  readonly name: string
  readonly createdAt: Date
}
