import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core'
import { createClient as createSocket } from 'graphql-ws'
import { askAgain } from './ask-again-exchange'
import { reportConnected, reportLost } from './connection'

const socketUrl = `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/graphql`

/** The longest wait between two attempts to reconnect. */
const maxMsBetweenAttempts = 4_000

/**
 * One socket, open as long as the page. It carries the subscriptions, and shows at once when the service is gone. It
 * reconnects for ever, and subscriptions continue.
 */
const socket = createSocket({
  url: socketUrl,
  lazy: false,
  keepAlive: 10_000,
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
  retryWait: (attempts) =>
    new Promise((resolve) => setTimeout(resolve, Math.min(maxMsBetweenAttempts, 500 * 2 ** attempts))),
  onNonLazyError: reportLost,
  on: { connected: reportConnected, closed: reportLost, error: reportLost },
})

const fresh = askAgain()

/** Says that something has changed without a mutation of this page: queries under way are asked again. */
export const { outdate } = fresh

/** The API client of all pages. */
export const client = new Client({
  url: '/graphql',
  // The service accepts multipart uploads only with this header, which foreign pages cannot send.
  fetchOptions: { headers: { 'apollo-require-preflight': 'true' } },
  preferGetMethod: false,
  requestPolicy: 'cache-and-network',
  exchanges: [
    cacheExchange,
    fresh.exchange,
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
