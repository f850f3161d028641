import { BlockList, isIP } from 'node:net'
import type { RequestHandler } from 'express'
import { errors } from '../../errors.js'
import type { Settings } from '../../settings/settings.js'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Whether an address to listen on is reached from this machine alone. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'))

export type HostSettings = Pick<Settings, 'host' | 'apiKeys' | 'allowedHosts'>

/**
 * Whether the service answers to the name in a `Host` header. A web page may have its own name resolve to this machine
 * ("DNS rebinding"), and its browser then takes the service for a part of that page; where no key is asked for, only the
 * name gives it away. Names that are set are the only ones, beside this machine's own, wherever the service listens.
 */
export function answersTo(
  header: string | undefined,
  { host, apiKeys, allowedHosts }: HostSettings,
): boolean {
  const open = allowedHosts.length === 0 && (apiKeys.length > 0 || !isLoopback(host))
  if (open) return true
  const name = hostnameOf(header)
  return name !== undefined && (isLoopback(name) || name === host || allowedHosts.includes(name))
}

export function requireKnownHost(settings: HostSettings): RequestHandler {
  return ({ headers }, _response, next) => {
    if (answersTo(headers.host, settings)) next()
    else next(errors.hostNotAllowed({ host: String(headers.host) }))
  }
}

/** The name in `name:port`, without an IPv6 address's brackets. */
function hostnameOf(header: string | undefined): string | undefined {
  const url = `http://${header}`
  return header !== undefined && URL.canParse(url)
    ? new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase()
    : undefined
}
