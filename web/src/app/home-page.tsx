import { useQuery } from 'urql'
import { Redirect } from 'wouter'
import { LatestComparisonsDocument } from '../api/generated'
import { Loading } from '../components/loading'
import { Problems } from '../components/problems'

/** The latest comparison that has come to something, or is coming to it; without any, where one begins. */
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
