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

/** The options of forms: registered methods and spaces, and datasets. Undefined until loaded. */
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

/** Names the type for the cache, because an empty list has no type name. Without it, the first dataset would not appear. */
export const datasetsContext = { additionalTypenames: ['Dataset'] }

/** The spaces that an encoder has features for. */
export const spacesOf = (registry: RegistryQuery, encoder: EncoderOption | undefined): SpaceOption[] =>
  registry.featureSpaces.filter(({ id }) => encoder?.spaces.some((space) => space.id === id))
