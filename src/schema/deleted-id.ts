import { ID } from 'type-graphql'

/** What a mutation that deletes something answers. */
export const deletedId = { id: { type: () => ID, description: 'The id of what was deleted.' } }
