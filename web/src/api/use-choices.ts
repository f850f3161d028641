import { useQuery } from 'urql'
import {
  DatasetChoicesDocument,
  type DatasetChoicesQuery,
  RegistryDocument,
  type RegistryQuery,
} from './generated'

export type MethodChoiceOption = RegistryQuery['methods'][number]
export type SpaceOption = RegistryQuery['featureSpaces'][number]
export type EncoderOption = RegistryQuery['encoders'][number]
export type DatasetOption = DatasetChoicesQuery['datasets']['nodes'][number]

/** What one can choose from: what is registered, and the datasets that there are; undefined until they are read. */
export function useChoices() {
  const [registry] = useQuery({ query: RegistryDocument, requestPolicy: 'cache-first' })
  const [datasets] = useQuery({
    query: DatasetChoicesDocument,
    context: datasetsContext,
  })
  return {
    registry: registry.data,
    datasets: datasets.data?.datasets.nodes,
    error: registry.error ?? datasets.error,
  }
}

/** An empty list names no type: without this the first dataset would not show. */
export const datasetsContext = { additionalTypenames: ['Dataset'] }

/** The spaces that an encoder has features for. */
export const spacesOf = (registry: RegistryQuery, encoder: EncoderOption | undefined): SpaceOption[] =>
  registry.featureSpaces.filter(({ id }) => encoder?.spaces.some((space) => space.id === id))
