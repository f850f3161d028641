import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core'
import { createClient as createSocket } from 'graphql-ws'
import { reportConnected, reportLost } from './connection'

const socketUrl = `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/graphql`

/** Longest wait between two attempts to reach the service again. */
const mostMsBetweenAttempts = 4_000

/**
 * One socket as long as the page is open: subscriptions go over it, and its end is how the page knows at once that the
 * service is gone. It tries again for ever; what was subscribed to goes on.
 */
const socket = createSocket({
  url: socketUrl,
  lazy: false,
  keepAlive: 10_000,
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
  retryWait: (attempts) =>
    new Promise((resolve) => setTimeout(resolve, Math.min(mostMsBetweenAttempts, 500 * 2 ** attempts))),
  onNonLazyError: reportLost,
  on: { connected: reportConnected, closed: reportLost, error: reportLost },
})

/** The API, as every page uses it. */
export const client = new Client({
  url: '/graphql',
  // A multipart upload counts as a request that any page could send, unless a header says that it is meant.
  fetchOptions: { headers: { 'apollo-require-preflight': 'true' } },
  preferGetMethod: false,
  requestPolicy: 'cache-and-network',
  exchanges: [
    cacheExchange,
    subscriptionExchange({
      forwardSubscription: ({ query = '', variables, operationName }) => ({
        subscribe: (sink) => ({
          unsubscribe: socket.subscribe(
            {
              query,
              ...(variables && { variables: { ...variables } }),
              ...(operationName !== undefined && { operationName }),
            },
            { ...sink, next: (result) => sink.next(result as Parameters<typeof sink.next>[0]) },
          ),
        }),
      }),
    }),
    fetchExchange,
  ],
})
