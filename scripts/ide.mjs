// Writes dist/ide.html: GraphiQL as one page that needs no network.
import { writeFileSync } from 'node:fs'
import { renderGraphiQL } from '@graphql-yoga/render-graphiql'

const defaultQuery = `# Which method, in which feature space, serves the demo best?
{
  comparisons(first: 1) {
    nodes {
      status
      dataset { name }
      rows { nodes {
        method { name }
        space { id }
        shots
        accuracy { mean low high }
      } }
    }
  }
}
`

writeFileSync(
  new URL('../dist/ide.html', import.meta.url),
  renderGraphiQL({ title: 'Shotboard', endpoint: '/graphql', defaultQuery }),
)
