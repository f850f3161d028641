import { useQuery } from 'urql'
import { Redirect } from 'wouter'
import { LatestComparisonsDocument } from '../api/generated'
import { Loading } from '../components/loading'
import { Problems } from '../components/problems'

/** Opens the latest successful comparison, or the latest one that is not cancelled, or the datasets. */
export function HomePage() {
  const [{ data, error }] = useQuery({
    query: LatestComparisonsDocument,
    requestPolicy: 'cache-and-network',
  })
  if (error) return <Problems error={error} />
  if (!data) return <Loading what="the latest comparison" />
  const { nodes } = data.comparisons
  const best =
    nodes.find(({ status }) => status === 'SUCCEEDED') ?? nodes.find(({ status }) => status !== 'CANCELLED')
  return <Redirect to={best ? `/compare/${best.id}` : '/datasets'} replace />
}
